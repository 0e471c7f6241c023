package dev.lathe.model;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lathe.base.UserError;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One of llama.cpp's architectures in the words of a family here. Its files name the parts of every model alike, so the
 * family's own table of names says the rest.
 *
 * @param architecture what {@code general.architecture} says
 * @param modelType of the family that it is read as
 * @param permuted whether the rows of q and k are stored with the halves of a head alternating
 */
record GgufFamily(String architecture, String modelType, boolean permuted) {
    private static final List<GgufFamily> TABLE = List.of(
            new GgufFamily("llama", "llama", true),
            new GgufFamily("internlm2", "llama", true),
            new GgufFamily("qwen2", "qwen2", false),
            new GgufFamily("qwen3", "qwen3", false),
            new GgufFamily("qwen2moe", "qwen2_moe", false),
            new GgufFamily("qwen3moe", "qwen3_moe", false),
            new GgufFamily("gemma", "gemma", false),
            new GgufFamily("gemma2", "gemma2", false),
            new GgufFamily("gemma3", "gemma3_text", false),
            new GgufFamily("phi2", "phi", false),
            new GgufFamily("phi3", "phi3", false),
            new GgufFamily("granite", "granite", true),
            new GgufFamily("granitemoe", "granitemoe", true),
            new GgufFamily("baichuan", "baichuan", true),
            new GgufFamily("chatglm", "glm", false),
            new GgufFamily("glm4", "glm4", false),
            new GgufFamily("olmo2", "olmo2", false),
            new GgufFamily("olmoe", "olmoe", false),
            new GgufFamily("smollm3", "smollm3", true),
            new GgufFamily("starcoder2", "starcoder2", false),
            new GgufFamily("stablelm", "stablelm", false),
            new GgufFamily("command-r", "cohere", false),
            new GgufFamily("cohere2", "cohere2", false),
            new GgufFamily("exaone", "exaone", false),
            new GgufFamily("exaone4", "exaone4", false),
            new GgufFamily("gpt-oss", "gpt_oss", false),
            new GgufFamily("deepseek2", "deepseek_v2", false),
            new GgufFamily("gpt2", "gpt2", false),
            new GgufFamily("gptneox", "gpt_neox", false),
            new GgufFamily("bloom", "bloom", false),
            new GgufFamily("falcon", "falcon", false));

    private static final Pattern NAME =
            Pattern.compile("(?:blk\\.(?<layer>\\d{1,6})\\.)?(?<part>[a-z_0-9]+)\\.(?<kind>weight|bias)");
    private static final Map<String, Slot> WHOLE = Map.of(
            "token_embd", Slot.EMBEDDING,
            "position_embd", Slot.POSITIONS,
            "token_embd_norm", Slot.EMBEDDING_NORM,
            "output_norm", Slot.FINAL_NORM,
            "output", Slot.HEAD);
    private static final Map<String, Slot> LAYER = Map.ofEntries(
            Map.entry("attn_norm", Slot.ATTENTION_IN),
            Map.entry("attn_qkv", Slot.QKV),
            Map.entry("attn_q", Slot.QUERY),
            Map.entry("attn_k", Slot.KEY),
            Map.entry("attn_v", Slot.VALUE),
            Map.entry("attn_output", Slot.OUTPUT),
            Map.entry("attn_q_norm", Slot.QUERY_NORM),
            Map.entry("attn_k_norm", Slot.KEY_NORM),
            Map.entry("post_attention_norm", Slot.ATTENTION_OUT),
            Map.entry("ffn_norm", Slot.MLP_IN),
            Map.entry("post_ffw_norm", Slot.MLP_OUT),
            Map.entry("ffn_gate", Slot.GATE),
            Map.entry("ffn_up", Slot.UP),
            Map.entry("ffn_down", Slot.DOWN),
            Map.entry("ffn_gate_inp", Slot.ROUTER),
            Map.entry("ffn_gate_inp_shexp", Slot.SHARED_GATE),
            Map.entry("ffn_gate_exps", Slot.EXPERT_GATE),
            Map.entry("ffn_up_exps", Slot.EXPERT_UP),
            Map.entry("ffn_down_exps", Slot.EXPERT_DOWN));

    private static final Map<String, String> SHARED =
            Map.of("ffn_gate_shexp", "gate_proj", "ffn_up_shexp", "up_proj", "ffn_down_shexp", "down_proj");
    private static final Map<String, String> LATENT = Map.of(
            "attn_q_a", "q_a_proj",
            "attn_q_a_norm", "q_a_layernorm",
            "attn_q_b", "q_b_proj",
            "attn_kv_a_mqa", "kv_a_proj_with_mqa",
            "attn_kv_a_norm", "kv_a_layernorm",
            "attn_kv_b", "kv_b_proj");

    /** What llama.cpp calls choosing experts by sigmoids, as DeepSeek V3 does and V2 does not. */
    private static final int SIGMOID = 2;

    /** @param origin the file, for errors */
    static GgufFamily of(String architecture, ObjectNode metadata, String origin) {
        GgufFamily found = TABLE.stream()
                .filter(family -> family.architecture().equals(architecture))
                .findFirst()
                .orElseThrow(() -> new UserError(
                        "%s: its architecture is %s; of GGUF files %s can be read. Use the model's safetensors."
                                .formatted(
                                        origin,
                                        architecture,
                                        String.join(
                                                ", ",
                                                TABLE.stream()
                                                        .map(GgufFamily::architecture)
                                                        .toList()))));
        if (architecture.equals("deepseek2")
                && metadata.path("deepseek2.expert_gating_func").asInt() == SIGMOID) {
            return new GgufFamily(architecture, "deepseek_v3", false);
        }
        boolean experts = metadata.path("llama.expert_count").asInt() > 0;
        return architecture.equals("llama") && experts ? new GgufFamily(architecture, "mixtral", true) : found;
    }

    /**
     * Where a tensor of the file belongs.
     *
     * @param layer its layer; −1 for none
     * @param kind weight or bias
     */
    record Place(int layer, Slot slot, String kind) {
        /** Whether it holds one matrix of every expert. */
        boolean isStack() {
            return slot == Slot.EXPERT_GATE || slot == Slot.EXPERT_UP || slot == Slot.EXPERT_DOWN;
        }

        String name(Names names) {
            return (layer < 0 ? names.of(slot) : names.of(layer, slot)) + "." + kind;
        }

        String name(Names names, int expert) {
            return names.of(layer, Slot.EXPERTS) + expert + "." + names.of(slot) + "." + kind;
        }
    }

    /** Empty for names that no model here has. */
    static Optional<Place> place(String tensor, Names names) {
        Matcher name = NAME.matcher(tensor);
        if (!name.matches()) {
            return Optional.empty();
        }
        boolean inLayer = name.group("layer") != null;
        int layer = inLayer ? Integer.parseInt(name.group("layer")) : -1;
        Optional<Slot> slot = Optional.ofNullable((inLayer ? LAYER : WHOLE).get(name.group("part")))
                .map(found -> found == Slot.UP && names.has(Slot.GATE_UP) ? Slot.GATE_UP : found)
                .map(found -> found == Slot.ATTENTION_OUT && !names.has(found) ? Slot.MLP_IN : found) // gpt-oss
                .filter(names::has);
        return slot.map(found -> new Place(layer, found, name.group("kind")));
    }

    /** The decoder's name of what only some families have; empty for other tensors. */
    static Optional<String> special(String tensor, DecoderSpec spec) {
        Matcher name = NAME.matcher(tensor);
        if (!name.matches() || name.group("layer") == null) {
            return Optional.empty();
        }
        int layer = Integer.parseInt(name.group("layer"));
        Names names = spec.names();
        String part = name.group("part");
        if (names.has(Slot.SHARED) && SHARED.containsKey(part)) {
            return Optional.of(names.of(layer, Slot.SHARED) + SHARED.get(part) + ".weight");
        }
        String block = names.of(Slot.LAYERS) + layer;
        if (spec.latent().isPresent() && LATENT.containsKey(part)) {
            return Optional.of("%s.self_attn.%s.%s".formatted(block, LATENT.get(part), name.group("kind")));
        }
        if (spec.is(Trait.SIGMOID_ROUTER) && part.equals("exp_probs_b")) {
            return Optional.of(names.of(layer, Slot.ROUTER) + ".e_score_correction_bias");
        }
        return names.has(Slot.SINKS) && part.equals("attn_sinks")
                ? Optional.of(names.of(layer, Slot.SINKS))
                : Optional.empty();
    }
}
