package dev.lathe.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lathe.model.file.GgufBytes;
import dev.lathe.model.file.StoredTensor;
import dev.lathe.model.file.TensorSpec;
import dev.lathe.model.file.WeightFile;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * A model as llama.cpp's converter writes it: its names; rows of q and k permuted, fused projections taken apart into all
 * queries, all keys, all values; Gemma's norms plus one; experts stacked; what it takes apart in pieces.
 *
 * @param config of the model, and {@code spec} as read from it
 * @param mla whether latent attention is written as later versions do, keys and values apart
 */
record WrittenGguf(ObjectNode config, DecoderSpec spec, String architecture, boolean mla) {
    private static final Map<String, String> NAMES = names();

    byte[] bytes(WeightFile original) {
        return bytes(new GgufBytes(), original, false);
    }

    /** The same with matrices whose rows are whole blocks in Q8_0. */
    byte[] packed(WeightFile original) {
        return bytes(new GgufBytes().packing(), original, false);
    }

    /** The same with queries, keys and values in one matrix. */
    byte[] fused(WeightFile original) {
        return bytes(new GgufBytes(), original, true);
    }

    private byte[] bytes(GgufBytes gguf, WeightFile original, boolean fused) {
        gguf.key("general.architecture", architecture);
        AttentionSpec heads = spec.attention();
        key(gguf, "embedding_length", spec.hidden());
        key(gguf, "block_count", spec.layers());
        key(gguf, "context_length", spec.maxPositions());
        key(gguf, "attention.head_count", heads.heads());
        key(gguf, "attention.head_count_kv", spec.latent().isPresent() && mla ? 1 : heads.keyHeads());
        key(gguf, "feed_forward_length", spec.mlp().intermediate());
        boolean wide = heads.headDim() * heads.heads() != spec.hidden() || config.has("head_dim");
        if (spec.latent().isEmpty() && wide) {
            key(gguf, "attention.key_length", heads.headDim());
        }
        number(gguf, "attention.sliding_window", config.path("sliding_window"));
        spec.experts().ifPresent(experts -> {
            key(gguf, "expert_count", experts.count());
            key(gguf, "expert_used_count", experts.active());
        });
        number(gguf, "expert_feed_forward_length", config.path("moe_intermediate_size"));
        number(gguf, "expert_shared_feed_forward_length", config.path("shared_expert_intermediate_size"));
        key(gguf, "attention.layer_norm_rms_epsilon", (float) spec.normEpsilon());
        key(gguf, "attention.layer_norm_epsilon", (float) spec.normEpsilon());
        real(gguf, "attn_logit_softcapping", config.path("attn_logit_softcapping"));
        real(gguf, "final_logit_softcapping", config.path("final_logit_softcapping"));
        real(gguf, "attention.scale", config.path("attention_multiplier"));
        real(gguf, "embedding_scale", config.path("embedding_multiplier"));
        real(gguf, "residual_scale", config.path("residual_multiplier"));
        real(gguf, "logit_scale", config.path("logits_scaling"));
        if (architecture.equals("command-r")) {
            key(gguf, "logit_scale", (float) spec.multipliers().logits());
        }
        if (architecture.equals("exaone4")) {
            gguf.key(
                    "exaone4.attention.sliding_window_pattern",
                    heads.windows().stream().map(window -> window > 0).toList());
        }
        spec.latent().ifPresent(latent -> latent(gguf, latent));
        rope(gguf);
        gguf.key("tokenizer.ggml.model", "gpt2")
                .key(
                        "tokenizer.ggml.tokens",
                        IntStream.range(0, config.path("vocab_size").intValue())
                                .mapToObj(id -> id == 0 ? "t" : id == 1 ? "0" : id == 2 ? "t0" : "x" + id)
                                .toList())
                .key("tokenizer.ggml.merges", List.of("t 0"));
        tensors(gguf, original, fused);
        return gguf.bytes();
    }

    private void key(GgufBytes gguf, String key, Object value) {
        gguf.key(architecture + "." + key, value);
    }

    private void latent(GgufBytes gguf, LatentSpec latent) {
        number(gguf, "attention.q_lora_rank", config.path("q_lora_rank"));
        key(gguf, "attention.kv_lora_rank", latent.rank());
        int width = latent.still() + latent.rotated();
        key(gguf, "attention.key_length", mla ? latent.rank() + latent.rotated() : width);
        key(gguf, "attention.value_length", mla ? latent.rank() : latent.valueDim());
        if (mla) {
            key(gguf, "attention.key_length_mla", width);
            key(gguf, "attention.value_length_mla", latent.valueDim());
        }
        number(gguf, "leading_dense_block_count", config.path("first_k_dense_replace"));
        number(gguf, "expert_shared_count", config.path("n_shared_experts"));
        number(gguf, "expert_group_count", config.path("n_group"));
        number(gguf, "expert_group_used_count", config.path("topk_group"));
        real(gguf, "expert_weights_scale", config.path("routed_scaling_factor"));
        key(gguf, "expert_weights_norm", config.path("norm_topk_prob").asBoolean());
        key(gguf, "expert_gating_func", spec.modelType().equals("deepseek_v3") ? 2 : 1);
    }

    private void rope(GgufBytes gguf) {
        JsonNode rope = config.has("rope_parameters") ? config.path("rope_parameters") : config.path("rope_scaling");
        JsonNode global = rope.has("full_attention") ? rope.path("full_attention") : rope;
        key(gguf, "rope.freq_base", (float) spec.rope().kinds().getFirst().theta());
        key(gguf, "rope.dimension_count", spec.rope().kinds().getFirst().rotated());
        String type = global.path("rope_type").asText(global.path("type").asText());
        if (spec.rope().kinds().getFirst().scaling() instanceof RopeScaling.Llama3 llama3) {
            gguf.floats(
                    "rope_freqs.weight",
                    factors(llama3),
                    spec.rope().kinds().getFirst().rotated() / 2);
        }
        if (type.equals("yarn")) {
            key(gguf, "rope.scaling.type", "yarn");
            real(gguf, "rope.scaling.factor", global.path("factor"));
            number(gguf, "rope.scaling.original_context_length", global.path("original_max_position_embeddings"));
            if (global.has("mscale_all_dim")) {
                key(gguf, "rope.scaling.yarn_log_multiplier", (float)
                        (0.1 * global.path("mscale_all_dim").doubleValue()));
            }
        }
        if (type.equals("linear")) {
            gguf.key(architecture + ".rope.scaling.type", "linear");
            real(gguf, "rope.scaling.factor", global.path("factor"));
        }
        if (rope.has("long_factor")) {
            number(gguf, "rope.scaling.original_context_length", rope.path("original_max_position_embeddings"));
            for (String length : List.of("long", "short")) {
                JsonNode factors = rope.path(length + "_factor");
                float[] values = new float[factors.size()];
                for (int i = 0; i < values.length; i++) {
                    values[i] = (float) factors.get(i).doubleValue();
                }
                gguf.floats("rope_factors_" + length + ".weight", values, values.length);
            }
        }
    }

    /** As the converter writes them for Llama 3. */
    private float[] factors(RopeScaling.Llama3 scaling) {
        RopeSpec rope = spec.rope().kinds().getFirst();
        float[] factors = new float[rope.rotated() / 2];
        double longest = scaling.originalPositions() / scaling.lowFactor();
        double shortest = scaling.originalPositions() / scaling.highFactor();
        for (int i = 0; i < factors.length; i++) {
            double wavelength = 2 * Math.PI * Math.pow(rope.theta(), 2.0 * i / rope.rotated());
            double smooth = (scaling.originalPositions() / wavelength - scaling.lowFactor())
                    / (scaling.highFactor() - scaling.lowFactor());
            factors[i] = (float)
                    (wavelength < shortest
                            ? 1
                            : wavelength > longest ? scaling.factor() : 1 / ((1 - smooth) / scaling.factor() + smooth));
        }
        return factors;
    }

    private void number(GgufBytes gguf, String key, JsonNode value) {
        if (value.isInt()) {
            gguf.key(architecture + "." + key, value.intValue());
        }
    }

    private void real(GgufBytes gguf, String key, JsonNode value) {
        if (value.isNumber()) {
            gguf.key(architecture + "." + key, (float) value.doubleValue());
        }
    }

    private void tensors(GgufBytes gguf, WeightFile original, boolean fused) {
        Map<String, List<float[]>> stacks = new LinkedHashMap<>();
        Map<String, long[]> shapes = new LinkedHashMap<>();
        for (String name : original.names()) {
            StoredTensor tensor = original.get(name);
            if (piece(gguf, name, floats(tensor))) {
                continue;
            }
            if (fused && name.matches(".*self_attn\\.[qkv]_proj\\.weight")) {
                if (name.endsWith("q_proj.weight")) {
                    fuse(gguf, original, name);
                }
                continue;
            }
            float[] values = ordered(name, floats(tensor), tensor.spec());
            String own = translated(name);
            if (name.contains(".experts.")) {
                stacks.computeIfAbsent(own, any -> new ArrayList<>()).add(values);
                shapes.put(own, tensor.shape());
            } else {
                gguf.floats(
                        own,
                        values,
                        innermostFirst(own.contains("inp_shexp") ? new long[] {values.length} : tensor.shape()));
            }
        }
        stacks.forEach((name, experts) -> {
            int each = experts.getFirst().length;
            float[] all = new float[each * experts.size()];
            for (int i = 0; i < experts.size(); i++) {
                System.arraycopy(experts.get(i), 0, all, i * each, each);
            }
            long[] shape = shapes.getOrDefault(name, new long[0]);
            gguf.floats(name, all, innermostFirst(new long[] {experts.size(), shape[0], shape[1]}));
        });
    }

    private static long[] innermostFirst(long[] shape) {
        long[] turned = new long[shape.length];
        for (int i = 0; i < shape.length; i++) {
            turned[i] = shape[shape.length - 1 - i];
        }
        return turned;
    }

    private String translated(String name) {
        String kind = name.substring(name.lastIndexOf('.'));
        String module = name.substring(0, name.lastIndexOf('.'));
        Matcher layer = Pattern.compile(".*?\\.(?:layers|h)\\.(\\d+)\\.(.*)").matcher(module);
        if (!layer.matches()) {
            return NAMES.getOrDefault(module, module) + kind;
        }
        String part = layer.group(2).replaceAll("experts\\.\\d+\\.", "experts.");
        boolean behind =
                List.of("gemma2", "gemma3", "olmo2", "exaone4", "gpt-oss").contains(architecture);
        String own = part.equals("post_attention_layernorm") && behind
                ? "post_attention_norm"
                : NAMES.getOrDefault(part, part);
        return "blk." + layer.group(1) + "." + own + kind;
    }

    /** Whether the tensor is one that is taken apart, or turned about; then it is written. */
    private boolean piece(GgufBytes gguf, String name, float[] values) {
        Matcher layer = Pattern.compile(".*?\\.layers\\.(\\d+)\\.(.*)").matcher(name);
        if (!layer.matches()) {
            return false;
        }
        String block = "blk." + layer.group(1) + ".";
        AttentionSpec heads = spec.attention();
        int hidden = spec.hidden();
        int experts = spec.experts().map(ExpertsSpec::count).orElse(0);
        int width = spec.experts().map(ExpertsSpec::intermediate).orElse(0);
        switch (layer.group(2)) {
            case "self_attn.W_pack.weight" -> {
                int queries = heads.heads() * heads.headDim() * hidden;
                int keys = heads.keyHeads() * heads.headDim() * hidden;
                float[] q = permuted(Arrays.copyOf(values, queries), hidden, heads.headDim());
                float[] k = permuted(Arrays.copyOfRange(values, queries, queries + keys), hidden, heads.headDim());
                gguf.floats(block + "attn_q.weight", q, hidden, q.length / hidden);
                gguf.floats(block + "attn_k.weight", k, hidden, k.length / hidden);
                float[] v = Arrays.copyOfRange(values, queries + keys, values.length);
                gguf.floats(block + "attn_v.weight", v, hidden, v.length / hidden);
            }
            case "block_sparse_moe.input_linear.weight" -> {
                float[][] halves = halves(values, experts, width * hidden);
                gguf.floats(block + "ffn_gate_exps.weight", halves[0], hidden, width, experts);
                gguf.floats(block + "ffn_up_exps.weight", halves[1], hidden, width, experts);
            }
            case "block_sparse_moe.output_linear.weight" ->
                gguf.floats(block + "ffn_down_exps.weight", values, width, hidden, experts);
            case "mlp.experts.gate_up_proj" -> {
                float[][] each = alternating(turned(values, experts, hidden, 2 * width), experts * width, hidden);
                gguf.floats(block + "ffn_gate_exps.weight", each[0], hidden, width, experts);
                gguf.floats(block + "ffn_up_exps.weight", each[1], hidden, width, experts);
            }
            case "mlp.experts.gate_up_proj_bias" -> {
                float[][] each = alternating(values, experts * width, 1);
                gguf.floats(block + "ffn_gate_exps.bias", each[0], width, experts);
                gguf.floats(block + "ffn_up_exps.bias", each[1], width, experts);
            }
            case "mlp.experts.down_proj" ->
                gguf.floats(
                        block + "ffn_down_exps.weight", turned(values, experts, width, hidden), width, hidden, experts);
            case "mlp.experts.down_proj_bias" -> gguf.floats(block + "ffn_down_exps.bias", values, hidden, experts);
            case "self_attn.sinks" -> gguf.floats(block + "attn_sinks.weight", values, values.length);
            case "mlp.gate.e_score_correction_bias" -> gguf.floats(block + "exp_probs_b.bias", values, values.length);
            case "self_attn.kv_b_proj.weight" -> {
                if (!mla) {
                    return false;
                }
                LatentSpec latent = spec.latent().orElseThrow();
                int rank = latent.rank();
                int both = latent.still() + latent.valueDim();
                float[] keys = new float[heads.heads() * latent.still() * rank];
                float[] valueRows = new float[heads.heads() * latent.valueDim() * rank];
                for (int head = 0; head < heads.heads(); head++) {
                    int at = head * both * rank;
                    int still = latent.still() * rank;
                    System.arraycopy(values, at, keys, head * still, still);
                    int rest = latent.valueDim() * rank;
                    System.arraycopy(values, at + still, valueRows, head * rest, rest);
                }
                gguf.floats(
                        block + "attn_k_b.weight",
                        turned(keys, heads.heads(), latent.still(), rank),
                        latent.still(),
                        rank,
                        heads.heads());
                gguf.floats(block + "attn_v_b.weight", valueRows, rank, latent.valueDim(), heads.heads());
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    private void fuse(GgufBytes gguf, WeightFile original, String query) {
        float[] all = new float[0];
        for (String part : List.of("q_proj", "k_proj", "v_proj")) {
            float[] rows = floats(original.get(query.replace("q_proj", part)));
            int at = all.length;
            all = Arrays.copyOf(all, at + rows.length);
            System.arraycopy(rows, 0, all, at, rows.length);
        }
        String own = translated(query).replace("attn_q.", "attn_qkv.");
        gguf.floats(own, all, spec.hidden(), all.length / spec.hidden());
    }

    /** [rows, columns]: [heads, 2, half] becomes [heads, half, 2]. */
    private static float[] permuted(float[] values, int columns, int width) {
        float[] moved = values.clone();
        for (int row = 0; row < values.length / columns; row++) {
            int within = row % width;
            int to = row - within + within % (width / 2) * 2 + within / (width / 2);
            System.arraycopy(values, row * columns, moved, to * columns, columns);
        }
        return moved;
    }

    /** Of each of {@code count} blocks the first and the second half. */
    private static float[][] halves(float[] values, int count, int half) {
        float[][] halves = new float[2][count * half];
        for (int block = 0; block < count; block++) {
            System.arraycopy(values, 2 * block * half, halves[0], block * half, half);
            System.arraycopy(values, (2 * block + 1) * half, halves[1], block * half, half);
        }
        return halves;
    }

    /** Of 2 · {@code count} rows the even and the odd ones. */
    private static float[][] alternating(float[] values, int count, int columns) {
        return halves(values, count, columns);
    }

    /** [count, rows, columns] becomes [count, columns, rows]. */
    private static float[] turned(float[] values, int count, int rows, int columns) {
        float[] turned = new float[values.length];
        for (int matrix = 0; matrix < count; matrix++) {
            for (int row = 0; row < rows; row++) {
                for (int column = 0; column < columns; column++) {
                    turned[(matrix * columns + column) * rows + row] = values[(matrix * rows + row) * columns + column];
                }
            }
        }
        return turned;
    }

    /** Rows in the converter's order. */
    private float[] ordered(String name, float[] values, TensorSpec stored) {
        boolean permutes = List.of("llama", "granite", "granitemoe", "smollm3").contains(architecture);
        int rows = (int) stored.shape()[0];
        int columns = values.length / rows;
        int heads = spec.attention().heads();
        int width = spec.attention().headDim();
        float[] moved = values.clone();
        if (name.contains("norm") && architecture.startsWith("gemma")) {
            for (int i = 0; i < moved.length; i++) {
                moved[i]++;
            }
        } else if (permutes && name.matches(".*self_attn\\.[qk]_proj\\.weight")) {
            return permuted(values, columns, width);
        } else if (name.contains("query_key_value")) {
            int keyHeads = spec.attention().keyHeads();
            int group = heads / keyHeads;
            int to = 0;
            for (int part = 0; part < 3; part++) {
                for (int key = 0; key < keyHeads; key++) {
                    for (int i = 0; i < (part == 0 ? group : 1); i++) {
                        int head = key * (group + 2) + (part == 0 ? i : group + part - 1);
                        System.arraycopy(values, head * width * columns, moved, to, width * columns);
                        to += width * columns;
                    }
                }
            }
        }
        return moved;
    }

    private static float[] floats(StoredTensor tensor) {
        return tensor.data().toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
    }

    private static Map<String, String> names() {
        Map<String, String> names = new LinkedHashMap<>();
        List.of("model.embed_tokens", "gpt_neox.embed_in", "transformer.word_embeddings", "transformer.wte")
                .forEach(name -> names.put(name, "token_embd"));
        List.of("model.norm", "gpt_neox.final_layer_norm", "transformer.ln_f", "model.final_layernorm")
                .forEach(name -> names.put(name, "output_norm"));
        List.of("lm_head", "embed_out").forEach(name -> names.put(name, "output"));
        List.of("self_attn.qkv_proj", "attention.query_key_value", "self_attention.query_key_value", "attn.c_attn")
                .forEach(name -> names.put(name, "attn_qkv"));
        List.of(
                        "self_attn.o_proj",
                        "attention.dense",
                        "self_attention.dense",
                        "attn.c_proj",
                        "self_attn.dense",
                        "attn.attention.out_proj")
                .forEach(name -> names.put(name, "attn_output"));
        List.of("mlp.up_proj", "mlp.gate_up_proj", "mlp.dense_h_to_4h", "mlp.c_fc", "mlp.fc1", "mlp.c_fc_1")
                .forEach(name -> names.put(name, "ffn_up"));
        List.of("mlp.down_proj", "mlp.dense_4h_to_h", "mlp.c_proj", "mlp.fc2")
                .forEach(name -> names.put(name, "ffn_down"));
        names.put("transformer.wpe", "position_embd");
        names.put("transformer.word_embeddings_layernorm", "token_embd_norm");
        names.put("ln_1", "attn_norm");
        names.put("ln_2", "ffn_norm");
        names.put("mlp.c_fc_0", "ffn_gate");
        for (String part : List.of("q", "k", "v")) {
            names.put("attn.attention." + part + "_proj", "attn_" + part);
        }
        names.put("self_attn.q_a_proj", "attn_q_a");
        names.put("self_attn.q_a_layernorm", "attn_q_a_norm");
        names.put("self_attn.q_b_proj", "attn_q_b");
        names.put("self_attn.kv_a_proj_with_mqa", "attn_kv_a_mqa");
        names.put("self_attn.kv_a_layernorm", "attn_kv_a_norm");
        names.put("self_attn.kv_b_proj", "attn_kv_b");
        names.put("mlp.router", "ffn_gate_inp");
        names.put("block_sparse_moe.router.layer", "ffn_gate_inp");
        names.put("input_layernorm", "attn_norm");
        names.put("self_attn.q_proj", "attn_q");
        names.put("self_attn.k_proj", "attn_k");
        names.put("self_attn.v_proj", "attn_v");
        names.put("self_attn.q_norm", "attn_q_norm");
        names.put("self_attn.k_norm", "attn_k_norm");
        names.put("mlp.gate_proj", "ffn_gate");
        names.put("post_attention_layernorm", "ffn_norm");
        names.put("pre_feedforward_layernorm", "ffn_norm");
        names.put("post_self_attn_layernorm", "post_attention_norm");
        names.put("post_mlp_layernorm", "post_ffw_norm");
        names.put("post_feedforward_layernorm", "post_ffw_norm");
        names.put("mlp.gate", "ffn_gate_inp");
        names.put("block_sparse_moe.gate", "ffn_gate_inp");
        names.put("mlp.shared_expert_gate", "ffn_gate_inp_shexp");
        for (String part : List.of("gate", "up", "down")) {
            names.put("mlp.shared_expert." + part + "_proj", "ffn_" + part + "_shexp");
            names.put("mlp.shared_experts." + part + "_proj", "ffn_" + part + "_shexp");
            names.put("mlp.experts." + part + "_proj", "ffn_" + part + "_exps");
        }
        names.put("block_sparse_moe.experts.w1", "ffn_gate_exps");
        names.put("block_sparse_moe.experts.w3", "ffn_up_exps");
        names.put("block_sparse_moe.experts.w2", "ffn_down_exps");
        return names;
    }
}
