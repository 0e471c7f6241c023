package dev.lathe.model;

import dev.lathe.tensor.Tensor;
import dev.lathe.tensor.Tensors;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.Function;

/**
 * A decoder's tensor that llama.cpp keeps in pieces or turned about, and how it becomes whole.
 *
 * @param parts names in the file
 * @param shape of the whole
 * @param whole puts the parts together; any view of them will do
 */
record GgufRecipe(List<String> parts, long[] shape, Function<List<Tensor>, Tensor> whole) {
    /**
     * The recipes that a model's file needs, by the decoder's names.
     *
     * @param inFile names of the file's tensors
     */
    static SequencedMap<String, GgufRecipe> of(DecoderSpec spec, Set<String> inFile) {
        SequencedMap<String, GgufRecipe> recipes = new LinkedHashMap<>();
        for (int layer = 0; layer < spec.layers(); layer++) {
            String block = "blk." + layer + ".";
            Map<String, GgufRecipe> found =
                    switch (spec.modelType()) {
                        case "baichuan" -> packed(spec, layer, block);
                        case "glm", "glm4" -> apart(spec, layer, block, inFile);
                        case "granitemoe" -> stacked(spec, layer, block);
                        case "gpt_oss" -> alternating(spec, layer, block);
                        case "deepseek_v2", "deepseek_v3" -> latent(spec, layer, block);
                        default -> Map.of();
                    };
            found.forEach((name, recipe) -> {
                if (inFile.containsAll(recipe.parts())) {
                    recipes.put(name, recipe);
                }
            });
        }
        return recipes;
    }

    /** One matrix here, three there; of queries and keys the halves of a head alternate. */
    private static Map<String, GgufRecipe> packed(DecoderSpec spec, int layer, String block) {
        AttentionSpec heads = spec.attention();
        long rows = (heads.heads() + 2L * heads.keyHeads()) * heads.headDim();
        return Map.of(
                spec.names().of(layer, Slot.QKV) + ".weight",
                new GgufRecipe(
                        List.of(block + "attn_q.weight", block + "attn_k.weight", block + "attn_v.weight"),
                        new long[] {rows, spec.hidden()},
                        parts -> Tensors.concat(
                                List.of(
                                        halves(parts.get(0), heads.headDim()),
                                        halves(parts.get(1), heads.headDim()),
                                        parts.get(2)),
                                0)));
    }

    private static Tensor halves(Tensor rows, long headDim) {
        long heads = rows.size(0) / headDim;
        return rows.reshape(heads, headDim / 2, 2, rows.size(1))
                .transpose(1, 2)
                .contiguous()
                .reshape(rows.size(0), rows.size(1));
    }

    /** Three matrices here, one there. */
    private static Map<String, GgufRecipe> apart(DecoderSpec spec, int layer, String block, Set<String> inFile) {
        AttentionSpec heads = spec.attention();
        long queries = (long) heads.heads() * heads.headDim();
        long keys = (long) heads.keyHeads() * heads.headDim();
        Map<String, GgufRecipe> recipes = new LinkedHashMap<>();
        for (String kind : List.of(".weight", ".bias")) {
            String fused = block + "attn_qkv" + kind;
            if (inFile.contains(fused)) {
                recipes.put(spec.names().of(layer, Slot.QUERY) + kind, rows(fused, 0, queries, kind, spec));
                recipes.put(spec.names().of(layer, Slot.KEY) + kind, rows(fused, queries, keys, kind, spec));
                recipes.put(spec.names().of(layer, Slot.VALUE) + kind, rows(fused, queries + keys, keys, kind, spec));
            }
        }
        return recipes;
    }

    private static GgufRecipe rows(String part, long from, long count, String kind, DecoderSpec spec) {
        long[] shape = kind.equals(".bias") ? new long[] {count} : new long[] {count, spec.hidden()};
        return new GgufRecipe(List.of(part), shape, parts -> parts.getFirst().narrow(0, from, count));
    }

    /** Gate above up in one stack here. */
    private static Map<String, GgufRecipe> stacked(DecoderSpec spec, int layer, String block) {
        ExpertsSpec experts = spec.experts().orElseThrow();
        String prefix = spec.names().of(layer, Slot.EXPERTS);
        return Map.of(
                prefix + "input_linear.weight",
                new GgufRecipe(
                        List.of(block + "ffn_gate_exps.weight", block + "ffn_up_exps.weight"),
                        new long[] {experts.count(), 2L * experts.intermediate(), spec.hidden()},
                        parts -> Tensors.concat(parts, 1)),
                prefix + "output_linear.weight",
                new GgufRecipe(
                        List.of(block + "ffn_down_exps.weight"),
                        new long[] {experts.count(), spec.hidden(), experts.intermediate()},
                        List::getFirst));
    }

    /** Gate and up alternate in one stack here, with inputs as rows. */
    private static Map<String, GgufRecipe> alternating(DecoderSpec spec, int layer, String block) {
        ExpertsSpec experts = spec.experts().orElseThrow();
        String prefix = spec.names().of(layer, Slot.EXPERTS);
        long count = experts.count();
        long width = experts.intermediate();
        return Map.of(
                prefix + "gate_up_proj",
                new GgufRecipe(
                        List.of(block + "ffn_gate_exps.weight", block + "ffn_up_exps.weight"),
                        new long[] {count, spec.hidden(), 2 * width},
                        parts -> Tensors.concat(
                                        parts.stream()
                                                .map(part -> part.unsqueeze(2))
                                                .toList(),
                                        2)
                                .reshape(count, 2 * width, spec.hidden())
                                .transpose(1, 2)),
                prefix + "gate_up_proj_bias",
                new GgufRecipe(
                        List.of(block + "ffn_gate_exps.bias", block + "ffn_up_exps.bias"),
                        new long[] {count, 2 * width},
                        parts -> Tensors.concat(
                                        parts.stream()
                                                .map(part -> part.unsqueeze(2))
                                                .toList(),
                                        2)
                                .reshape(count, 2 * width)),
                prefix + "down_proj",
                new GgufRecipe(
                        List.of(block + "ffn_down_exps.weight"),
                        new long[] {count, width, spec.hidden()},
                        parts -> parts.getFirst().transpose(1, 2)),
                prefix + "down_proj_bias",
                new GgufRecipe(
                        List.of(block + "ffn_down_exps.bias"), new long[] {count, spec.hidden()}, List::getFirst));
    }

    /** Keys, turned about, and values of each head are one matrix here. */
    private static Map<String, GgufRecipe> latent(DecoderSpec spec, int layer, String block) {
        LatentSpec latent = spec.latent().orElseThrow();
        long heads = spec.attention().heads();
        return Map.of(
                spec.names().of(Slot.LAYERS) + layer + ".self_attn.kv_b_proj.weight",
                new GgufRecipe(
                        List.of(block + "attn_k_b.weight", block + "attn_v_b.weight"),
                        new long[] {heads * (latent.still() + latent.valueDim()), latent.rank()},
                        parts -> Tensors.concat(List.of(parts.get(0).transpose(1, 2), parts.get(1)), 1)
                                .reshape(heads * (latent.still() + latent.valueDim()), latent.rank())));
    }
}
