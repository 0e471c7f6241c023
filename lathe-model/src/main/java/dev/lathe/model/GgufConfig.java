package dev.lathe.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lathe.base.Json;
import dev.lathe.base.UserError;
import dev.lathe.model.file.Llama3Factors;
import dev.lathe.model.file.WeightFile;
import dev.lathe.tensor.DType;
import java.lang.foreign.ValueLayout;
import java.util.Map;
import java.util.Optional;

/** The config.json that a GGUF file's model would have on the hub, from the keys of its architecture. */
final class GgufConfig {
    private static final String LONG_FACTORS = "rope_factors_long.weight";
    private static final String SHORT_FACTORS = "rope_factors_short.weight";
    private static final Map<String, String> PLAIN = Map.ofEntries(
            Map.entry("embedding_length", "hidden_size"),
            Map.entry("block_count", "num_hidden_layers"),
            Map.entry("feed_forward_length", "intermediate_size"),
            Map.entry("attention.head_count", "num_attention_heads"),
            Map.entry("attention.head_count_kv", "num_key_value_heads"),
            Map.entry("attention.key_length", "head_dim"),
            Map.entry("attention.layer_norm_rms_epsilon", "rms_norm_eps"),
            Map.entry("attention.layer_norm_epsilon", "layer_norm_eps"),
            Map.entry("attention.sliding_window", "sliding_window"),
            Map.entry("attn_logit_softcapping", "attn_logit_softcapping"),
            Map.entry("final_logit_softcapping", "final_logit_softcapping"),
            Map.entry("context_length", "max_position_embeddings"),
            Map.entry("rope.freq_base", "rope_theta"),
            Map.entry("expert_count", "num_experts"),
            Map.entry("expert_used_count", "num_experts_per_tok"),
            Map.entry("expert_shared_count", "n_shared_experts"),
            Map.entry("expert_group_count", "n_group"),
            Map.entry("expert_group_used_count", "topk_group"),
            Map.entry("expert_weights_scale", "routed_scaling_factor"),
            Map.entry("expert_weights_norm", "norm_topk_prob"),
            Map.entry("leading_dense_block_count", "first_k_dense_replace"),
            Map.entry("attention.q_lora_rank", "q_lora_rank"),
            Map.entry("attention.kv_lora_rank", "kv_lora_rank"),
            Map.entry("expert_feed_forward_length", "moe_intermediate_size"),
            Map.entry("expert_shared_feed_forward_length", "shared_expert_intermediate_size"),
            Map.entry("use_parallel_residual", "use_parallel_residual"),
            Map.entry("attention.scale", "attention_multiplier"),
            Map.entry("embedding_scale", "embedding_multiplier"),
            Map.entry("residual_scale", "residual_multiplier"));

    private final GgufFamily family;
    private final ObjectNode metadata;
    private final WeightFile tensors;
    private final ConfigKeys keys;

    /** @param tensors under the file's own names, in fp32 */
    GgufConfig(GgufFamily family, ObjectNode metadata, WeightFile tensors, String origin) {
        this.family = family;
        this.metadata = metadata;
        this.tensors = tensors;
        this.keys = new ConfigKeys(metadata, Json.object(), origin);
    }

    ObjectNode config(DType dtype) {
        ObjectNode config = Json.object().put("model_type", family.modelType());
        PLAIN.forEach(
                (from, to) -> Optional.ofNullable(metadata.get(key(from))).ifPresent(value -> config.set(to, value)));
        config.put("vocab_size", vocabulary());
        config.put("tie_word_embeddings", !tensors.names().contains("output.weight"));
        config.put("torch_dtype", name(dtype));
        for (String token : new String[] {"bos", "eos", "padding"}) {
            String to = token.equals("padding") ? "pad_token_id" : token + "_token_id";
            Optional.ofNullable(metadata.get("tokenizer.ggml." + token + "_token_id"))
                    .ifPresent(id -> config.set(to, id));
        }
        biases(config);
        rope(config);
        special(config);
        return config;
    }

    private void biases(ObjectNode config) {
        boolean fused = tensors.names().contains("blk.0.attn_qkv.bias");
        config.put("qkv_bias", fused || tensors.names().contains("blk.0.attn_q.bias"));
        config.put("o_bias", tensors.names().contains("blk.0.attn_output.bias"));
        config.put("mlp_bias", tensors.names().contains("blk.0.ffn_down.bias"));
    }

    private void rope(ObjectNode config) {
        int rotated = keys.positive(key("rope.dimension_count"), headDim());
        if (rotated != headDim() && !isLatent()) {
            config.put("partial_rotary_factor", (double) rotated / headDim());
        }
        if (tensors.names().contains(Llama3Factors.TENSOR)) {
            float[] factors = floats(Llama3Factors.TENSOR);
            double theta = keys.number(key("rope.freq_base"), 10_000);
            config.set("rope_scaling", new Llama3Factors(factors, theta, keys.origin()).scaling());
            return;
        }
        if (tensors.names().contains(LONG_FACTORS)) {
            ObjectNode scaling = config.putObject("rope_scaling").put("type", "longrope");
            factors(scaling.putArray("long_factor"), LONG_FACTORS);
            factors(scaling.putArray("short_factor"), SHORT_FACTORS);
            config.put("original_max_position_embeddings", keys.positive(key("rope.scaling.original_context_length")));
            return;
        }
        double factor = keys.number(key("rope.scaling.factor"), 1);
        String type = keys.text(key("rope.scaling.type"), factor == 1 ? "none" : "linear");
        switch (type) {
            case "none" -> {}
            case "linear" ->
                config.putObject("rope_scaling").put("rope_type", "linear").put("factor", factor);
            case "yarn" -> config.set("rope_scaling", yarn(factor));
            default ->
                throw keys.wrong(
                        key("rope.scaling.type"), type + " cannot be read from GGUF. Use the model's safetensors.");
        }
    }

    private ObjectNode yarn(double factor) {
        ObjectNode yarn = Json.object()
                .put("rope_type", "yarn")
                .put("factor", factor)
                .put("original_max_position_embeddings", keys.positive(key("rope.scaling.original_context_length")));
        double scale =
                keys.number(key("rope.scaling.yarn_log_multiplier"), 0) * 10; // it says 0.1 times what DeepSeek says
        if (scale != 0) {
            yarn.put("mscale", scale).put("mscale_all_dim", scale);
        }
        if (family.modelType().equals("gpt_oss")) {
            yarn.put("truncate", false);
        }
        return yarn;
    }

    private void factors(ArrayNode to, String tensor) {
        for (float factor : floats(tensor)) {
            to.add(factor);
        }
    }

    private float[] floats(String tensor) {
        return tensors.get(tensor).data().toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
    }

    private boolean isLatent() {
        return family.architecture().equals("deepseek2");
    }

    /** What llama.cpp knows of a model by its architecture and size, and so does not write. */
    private void special(ObjectNode config) {
        int hidden = keys.positive(key("embedding_length"));
        int layers = keys.positive(key("block_count"));
        int heads = keys.positive(key("attention.head_count"));
        double logitScale = keys.number(key("logit_scale"), 1);
        switch (family.modelType()) {
            case "gemma2" -> config.put("query_pre_attn_scalar", layers == 46 ? hidden / heads : headDim());
            case "gemma3_text" -> config.put("query_pre_attn_scalar", layers == 62 ? hidden / heads : headDim());
            case "granite", "granitemoe" -> config.put("logits_scaling", logitScale);
            case "glm" -> config.put("head_dim", headDim());
            case "baichuan" -> baichuan(config, layers);
            case "exaone4" -> windows(config);
            case "deepseek_v2", "deepseek_v3" -> latent(config);
            case "cohere", "cohere2" -> config.put("logit_scale", logitScale);
            case "starcoder2", "gpt2", "bloom" -> config.put("use_bias", true);
            case "qwen3_moe" -> config.put("norm_topk_prob", true);
            case "falcon" -> falcon(config);
            default -> {}
        }
        if (family.modelType().equals("cohere") && tensors.names().contains("blk.0.attn_q_norm.weight")) {
            config.put("use_qk_norm", true);
        }
    }

    /** The 13B has no rotary positions, which its config shows by another word for how many there are. */
    private static void baichuan(ObjectNode config, int layers) {
        if (layers == 40) {
            config.set("model_max_length", config.remove("max_position_embeddings"));
        }
    }

    /** Which layers have a window, where the file says so. */
    private void windows(ObjectNode config) {
        JsonNode pattern = metadata.path(key("attention.sliding_window_pattern"));
        if (pattern.isArray()) {
            ArrayNode types = config.putArray("layer_types");
            pattern.forEach(slides -> types.add(slides.asBoolean() ? "sliding_attention" : "full_attention"));
        }
    }

    private void latent(ObjectNode config) {
        int rotated = keys.positive(key("rope.dimension_count"));
        // Files of llama.cpp's later versions describe the narrow attention under the usual keys, and the heads beside
        // it.
        int width = keys.positive(key("attention.key_length_mla"), keys.positive(key("attention.key_length")));
        config.remove("head_dim");
        config.set("num_key_value_heads", config.path("num_attention_heads"));
        config.put("qk_rope_head_dim", rotated).put("qk_nope_head_dim", width - rotated);
        config.put(
                "v_head_dim",
                keys.positive(key("attention.value_length_mla"), keys.positive(key("attention.value_length"))));
        if (keys.natural(key("expert_group_count"), 0) > 1) {
            config.put("topk_method", "group_limited_greedy");
        }
    }

    private void falcon(ObjectNode config) {
        int keyHeads = keys.positive(key("attention.head_count_kv"), 1);
        boolean twoNorms = tensors.names().contains("blk.0.attn_norm_2.weight");
        config.put("multi_query", keyHeads == 1);
        config.put("new_decoder_architecture", twoNorms || keyHeads > 1);
        config.put("num_ln_in_parallel_attn", twoNorms ? 2 : 1);
        config.put("bias", false);
    }

    private int headDim() {
        int heads = keys.positive(key("attention.head_count"));
        return keys.positive(key("attention.key_length"), keys.positive(key("embedding_length")) / heads);
    }

    private int vocabulary() {
        if (!tensors.names().contains("token_embd.weight")) {
            throw new UserError("%s has no token_embd.weight".formatted(keys.origin()));
        }
        return (int) Math.min(tensors.spec("token_embd.weight").shape()[0], Integer.MAX_VALUE);
    }

    private String key(String suffix) {
        return family.architecture() + "." + suffix;
    }

    private static String name(DType dtype) {
        return dtype == DType.F32 ? "float32" : dtype == DType.F16 ? "float16" : "bfloat16";
    }
}
