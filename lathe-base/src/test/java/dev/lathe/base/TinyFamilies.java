package dev.lathe.base;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/** A tiny config.json of every family and of the variants that its published models have, for random weights. */
public final class TinyFamilies {
    private static final String COMMON = """
        {"vocab_size": 40, "hidden_size": 16, "num_hidden_layers": 3, "num_attention_heads": 4,
         "num_key_value_heads": 2, "intermediate_size": 20, "max_position_embeddings": 64,
         "initializer_range": 0.25, "torch_dtype": "float32", "eos_token_id": 2}\
        """;
    private static final String OLD = """
        {"vocab_size": 40, "n_embd": 16, "n_layer": 3, "n_head": 4, "n_positions": 64,
         "initializer_range": 0.25, "torch_dtype": "float32", "eos_token_id": 2}\
        """;
    private static final String EXPERTS =
            "\"num_experts\": 4, \"num_experts_per_tok\": 2, \"moe_intermediate_size\": 6";
    private static final String LATENT = """
        "model_type": "%s", "kv_lora_rank": 8, "q_lora_rank": %s, "qk_rope_head_dim": 4, "qk_nope_head_dim": 6,
        "v_head_dim": 5, "n_routed_experts": 8, "num_experts_per_tok": 3, "moe_intermediate_size": 6,
        "n_shared_experts": 2, "first_k_dense_replace": 1, "routed_scaling_factor": 1.5,
        "n_group": 4, "topk_group": 2, "topk_method": "%s\"\
        """;

    /** By a name that says family and variant. */
    private static final SequencedMap<String, String> CASES = cases();

    private TinyFamilies() {}

    /** Names of all cases. */
    public static List<String> names() {
        return List.copyOf(CASES.keySet());
    }

    public static ObjectNode config(String name) {
        return (ObjectNode) Json.parse(CASES.getOrDefault(name, ""), name);
    }

    private static SequencedMap<String, String> cases() {
        SequencedMap<String, String> cases = new LinkedHashMap<>();
        for (String plain : List.of(
                "llama",
                "qwen2",
                "qwen3",
                "phi3",
                "internlm2",
                "internlm3",
                "gemma",
                "glm",
                "glm4",
                "olmo2",
                "exaone4",
                "stablelm",
                "starcoder2",
                "gpt_neox",
                "cohere",
                "phi")) {
            cases.put(plain, with(COMMON, "\"model_type\": \"%s\"".formatted(plain)));
        }
        add(cases, "stablelm", "\"partial_rotary_factor\": 0.5");
        add(cases, "gpt_neox", "\"rotary_pct\": 0.5");
        add(cases, "mistral", "\"sliding_window\": 5");
        add(cases, "ministral", """
            "sliding_window": 4, "layer_types": ["sliding_attention", "full_attention", "sliding_attention"]\
            """);
        add(cases, "granite", """
            "attention_multiplier": 0.3, "embedding_multiplier": 3, "residual_multiplier": 0.4, "logits_scaling": 2\
            """);
        add(cases, "smollm3", "\"no_rope_layers\": [1, 0, 1]");
        add(cases, "gemma2", "\"sliding_window\": 5, \"attn_logit_softcapping\": 2, \"final_logit_softcapping\": 3");
        add(cases, "gemma3_text", "\"sliding_window\": 5, \"sliding_window_pattern\": 3");
        add(cases, "cohere2", "\"sliding_window\": 5, \"sliding_window_pattern\": 3");
        add(cases, "falcon", "\"bias\": true");
        add(cases, "baichuan", "\"hidden_act\": \"silu\"");
        add(cases, "mixtral", "\"num_local_experts\": 4, \"num_experts_per_tok\": 2");
        add(cases, "qwen2_moe", EXPERTS + ", \"shared_expert_intermediate_size\": 8, \"mlp_only_layers\": [1]");
        add(cases, "qwen3_moe", EXPERTS + ", \"norm_topk_prob\": true");
        add(cases, "olmoe", "\"num_experts\": 4, \"num_experts_per_tok\": 2");
        add(cases, "granitemoe", """
            "num_local_experts": 4, "num_experts_per_tok": 2, "embedding_multiplier": 3, "residual_multiplier": 0.4,
            "attention_multiplier": 0.3, "logits_scaling": 2\
            """);
        add(cases, "gpt_oss", "\"num_local_experts\": 4, \"num_experts_per_tok\": 2, \"sliding_window\": 5");
        cases.put("deepseek_v2", with(COMMON, LATENT.formatted("deepseek_v2", "null", "group_limited_greedy")));
        cases.put("deepseek_v3", with(COMMON, LATENT.formatted("deepseek_v3", "8", "noaux_tc")));
        cases.put("gpt2", with(OLD, "\"model_type\": \"gpt2\""));
        cases.put("bloom", with(OLD, "\"model_type\": \"bloom\""));
        cases.put("exaone", with(COMMON, "\"model_type\": \"exaone\", \"activation_function\": \"silu\""));
        variant(cases, "qwen2", "window", """
            "use_sliding_window": true, "sliding_window": 4, "max_window_layers": 1\
            """);
        variant(cases, "cohere", "qk norm", "\"use_qk_norm\": true");
        variant(cases, "exaone4", "hybrid", "\"sliding_window\": 4, \"sliding_window_pattern\": \"LLG\"");
        variant(cases, "exaone", "stretched", """
            "rope_scaling": {"rope_type": "llama3", "factor": 8, "low_freq_factor": 1, "high_freq_factor": 4,
            "original_max_position_embeddings": 8192}, "rope_theta": 1000000000\
            """);
        variant(cases, "stablelm", "parallel", "\"use_parallel_residual\": true, \"use_qkv_bias\": true");
        variant(cases, "gpt_neox", "in sequence", "\"use_parallel_residual\": false");
        variant(cases, "falcon", "newer", """
            "new_decoder_architecture": true, "num_kv_heads": 2, "multi_query": false\
            """);
        variant(cases, "falcon", "11B", """
            "new_decoder_architecture": true, "num_kv_heads": 2, "num_ln_in_parallel_attn": 1\
            """);
        variant(cases, "falcon", "RW", "\"alibi\": true, \"parallel_attn\": false, \"multi_query\": false");
        variant(cases, "phi3", "longrope", """
            "original_max_position_embeddings": 8, "rope_scaling": {"type": "longrope",
            "short_factor": [1.0, 1.1], "long_factor": [1.5, 2.0]}\
            """);
        variant(cases, "deepseek_v2", "yarn", """
            "rope_scaling": {"type": "yarn", "factor": 40, "mscale": 0.7, "mscale_all_dim": 0.7,
            "original_max_position_embeddings": 8}\
            """);
        cases.put(
                "baichuan: 13B",
                with(COMMON.replace("max_position_embeddings", "model_max_length"), "\"model_type\": \"baichuan\""));
        return cases;
    }

    private static void add(SequencedMap<String, String> cases, String family, String keys) {
        cases.put(family, with(COMMON, "\"model_type\": \"%s\", %s".formatted(family, keys)));
    }

    private static void variant(SequencedMap<String, String> cases, String family, String what, String keys) {
        String plain = cases.getOrDefault(family, "");
        cases.put(family + ": " + what, with(plain, keys));
    }

    private static String with(String json, String keys) {
        return json.substring(0, json.lastIndexOf('}')) + ", " + keys + "}";
    }
}
