package dev.lathe.model;

import static dev.lathe.model.Family.like;
import static dev.lathe.model.Family.named;

import dev.lathe.base.NearestNames;
import dev.lathe.base.UserError;
import java.util.ArrayList;
import java.util.List;

/** The table of model families. */
final class Families {
    /** All rows, in the order in which docs/models.md shows them. */
    static final List<Family> TABLE = table();

    private Families() {}

    /** @param origin the config's file, for errors */
    static Family of(String modelType, String origin) {
        return TABLE.stream()
                .filter(family -> family.modelType().equals(modelType))
                .findFirst()
                .orElseThrow(() -> new UserError(unknown(modelType, origin)));
    }

    private static String unknown(String modelType, String origin) {
        List<String> known = TABLE.stream().map(Family::modelType).toList();
        String nearest = NearestNames.to(modelType, known, 1).stream()
                .map(name -> " (the nearest: " + name + ")")
                .findFirst()
                .orElse("");
        return "%s: model_type %s is not there yet%s; there are %s"
                .formatted(origin, modelType.isEmpty() ? "(none)" : modelType, nearest, String.join(", ", known));
    }

    private static List<Family> table() {
        List<Family> rows = new ArrayList<>();
        rows.addAll(llamas());
        rows.addAll(gemmas());
        rows.addAll(normedOtherwise());
        rows.addAll(parallel());
        rows.addAll(olderNames());
        rows.addAll(experts());
        return List.copyOf(rows);
    }

    private static List<Family> llamas() {
        Family llama = named("llama", "Llama 1 to 3.3, Yi, DeepSeek LLM, SmolLM 1 and 2, Falcon 3, Vicuna and others")
                .smallest("HuggingFaceTB/SmolLM2-135M-Instruct")
                .withGolden();
        Family mistral = named("mistral", "Mistral 7B, Nemo, Small, Codestral")
                .smallest("mistralai/Mistral-7B-Instruct-v0.3")
                .traits(Trait.WINDOW)
                .missing("num_key_value_heads", 8)
                .missing("sliding_window", 4096);
        Family qwen2 = named("qwen2", "Qwen 2, Qwen 2.5, QwQ")
                .smallest("Qwen/Qwen2.5-0.5B-Instruct")
                .traits(Trait.WINDOW, Trait.WINDOW_SWITCH)
                .missing("qkv_bias", true)
                .missing("o_bias", false);
        return List.of(
                llama,
                mistral.withGolden(),
                like(mistral, "ministral", "Ministral 8B").smallest("mistralai/Ministral-8B-Instruct-2410"),
                qwen2.withGolden(),
                named("qwen3", "Qwen 3")
                        .smallest("Qwen/Qwen3-0.6B")
                        .traits(Trait.QK_NORM, Trait.WINDOW, Trait.WINDOW_SWITCH)
                        .missing("head_dim", 128)
                        .withGolden(),
                named("phi3", "Phi-3, Phi-3.5, Phi-4, Phi-4-mini")
                        .smallest("microsoft/Phi-3.5-mini-instruct")
                        .traits(Trait.WINDOW)
                        .name(Slot.QKV, "self_attn.qkv_proj")
                        .name(Slot.GATE_UP, "mlp.gate_up_proj")
                        .missing("rms_norm_eps", 1e-5)
                        .withGolden(),
                named("granite", "Granite 3")
                        .smallest("ibm-granite/granite-3.3-2b-instruct")
                        .traits(Trait.MULTIPLIERS)
                        .withGolden(),
                named("smollm3", "SmolLM 3")
                        .smallest("HuggingFaceTB/SmolLM3-3B")
                        .missing("no_rope_layer_interval", 4)
                        .missing("rope_theta", 2_000_000)
                        .missing("tie_word_embeddings", true)
                        .withGolden(),
                named("internlm3", "InternLM 3")
                        .smallest("internlm/internlm3-8b-instruct")
                        .missing("qkv_bias", false));
    }

    private static List<Family> gemmas() {
        Family gemma = named("gemma", "Gemma 1, CodeGemma")
                .smallest("google/gemma-2b-it")
                .traits(Trait.OFFSET_NORM, Trait.SCALED_EMBEDDING)
                .missing("head_dim", 256)
                .missing("hidden_activation", "gelu_pytorch_tanh")
                .missing("tie_word_embeddings", true);
        Family gemma2 = like(gemma, "gemma2", "Gemma 2")
                .smallest("google/gemma-2-2b-it")
                .traits(Trait.WINDOW)
                .name(Slot.ATTENTION_OUT, "post_attention_layernorm")
                .name(Slot.MLP_IN, "pre_feedforward_layernorm")
                .name(Slot.MLP_OUT, "post_feedforward_layernorm")
                .missing("query_pre_attn_scalar", 256)
                .missing("sliding_window", 4096)
                .missing("sliding_window_pattern", 2);
        return List.of(
                gemma,
                gemma2.missing("attn_logit_softcapping", 50)
                        .missing("final_logit_softcapping", 30)
                        .withGolden(),
                like(gemma2, "gemma3_text", "Gemma 3 (text alone: 270M, 1B)")
                        .smallest("google/gemma-3-270m-it")
                        .traits(Trait.QK_NORM, Trait.LOCAL_ROPE)
                        .missing("sliding_window_pattern", 6)
                        .missing("rope_theta", 1_000_000)
                        .missing("rope_local_base_freq", 10_000)
                        .withGolden());
    }

    private static List<Family> normedOtherwise() {
        Family glm = named("glm", "GLM-4 9B")
                .smallest("THUDM/glm-4-9b-chat-hf")
                .traits(Trait.PAIRED_ROPE)
                .name(Slot.GATE_UP, "mlp.gate_up_proj")
                .missing("head_dim", 128)
                .missing("partial_rotary_factor", 0.5)
                .missing("o_bias", false);
        Family olmo2 = named("olmo2", "OLMo 2")
                .smallest("allenai/OLMo-2-0425-1B-Instruct")
                .traits(Trait.QK_NORM_WHOLE)
                .unnamed(Slot.ATTENTION_IN, Slot.MLP_IN)
                .name(Slot.ATTENTION_OUT, "post_attention_layernorm")
                .name(Slot.MLP_OUT, "post_feedforward_layernorm")
                .missing("rms_norm_eps", 1e-5);
        return List.of(
                glm,
                like(glm, "glm4", "GLM-4-0414, GLM-Z1")
                        .smallest("THUDM/GLM-4-9B-0414")
                        .name(Slot.ATTENTION_OUT, "post_self_attn_layernorm")
                        .name(Slot.MLP_OUT, "post_mlp_layernorm")
                        .withGolden(),
                olmo2.withGolden(),
                like(olmo2, "exaone4", "EXAONE 4")
                        .smallest("LGAI-EXAONE/EXAONE-4.0-1.2B")
                        .without(Trait.QK_NORM_WHOLE)
                        .traits(Trait.QK_NORM, Trait.WINDOW, Trait.ROPE_WITHIN_WINDOW));
    }

    private static List<Family> parallel() {
        Family cohere = named("cohere", "Command R, Aya 23")
                .smallest("CohereLabs/aya-23-8B")
                .traits(Trait.PARALLEL, Trait.LAYER_NORM, Trait.PAIRED_ROPE)
                .unnamed(Slot.MLP_IN)
                .missing("logit_scale", 0.0625)
                .missing("layer_norm_eps", 1e-5)
                .missing("tie_word_embeddings", true);
        return List.of(
                cohere,
                like(cohere, "cohere2", "Command R7B, Command A")
                        .smallest("CohereLabs/c4ai-command-r7b-12-2024")
                        .traits(Trait.WINDOW, Trait.ROPE_WITHIN_WINDOW)
                        .missing("sliding_window", 4096)
                        .missing("sliding_window_pattern", 4),
                named("gpt_neox", "GPT-NeoX, Pythia")
                        .smallest("EleutherAI/pythia-14m")
                        .traits(
                                Trait.LAYER_NORM,
                                Trait.NORM_BIAS,
                                Trait.GROUPED_QKV,
                                Trait.PLAIN_MLP,
                                Trait.ADAPTED_HEAD)
                        .name(Slot.EMBEDDING, "gpt_neox.embed_in")
                        .name(Slot.LAYERS, "gpt_neox.layers.")
                        .name(Slot.QKV, "attention.query_key_value")
                        .name(Slot.OUTPUT, "attention.dense")
                        .unnamed(Slot.GATE)
                        .name(Slot.UP, "mlp.dense_h_to_4h")
                        .name(Slot.DOWN, "mlp.dense_4h_to_h")
                        .name(Slot.FINAL_NORM, "gpt_neox.final_layer_norm")
                        .name(Slot.HEAD, "embed_out")
                        .missing("attention_bias", true)
                        .missing("mlp_bias", true)
                        .missing("use_parallel_residual", true)
                        .missing("hidden_act", "gelu")
                        .missing("rotary_pct", 0.25)
                        .missing("layer_norm_eps", 1e-5)
                        .withGolden(),
                named("falcon", "Falcon 7B, 11B, 40B, 180B")
                        .smallest("tiiuae/falcon-rw-1b")
                        .traits(Trait.LAYER_NORM, Trait.NORM_BIAS, Trait.GROUPED_QKV, Trait.PLAIN_MLP)
                        .name(Slot.EMBEDDING, "transformer.word_embeddings")
                        .name(Slot.LAYERS, "transformer.h.")
                        .name(Slot.QKV, "self_attention.query_key_value")
                        .name(Slot.OUTPUT, "self_attention.dense")
                        .unnamed(Slot.GATE)
                        .name(Slot.UP, "mlp.dense_h_to_4h")
                        .name(Slot.DOWN, "mlp.dense_4h_to_h")
                        .name(Slot.FINAL_NORM, "transformer.ln_f")
                        .missing("hidden_act", "gelu")
                        .missing("layer_norm_epsilon", 1e-5)
                        .missing("tie_word_embeddings", true)
                        .withGolden(),
                named("phi", "Phi-1.5, Phi-2")
                        .smallest("microsoft/phi-1_5")
                        .traits(Trait.LAYER_NORM, Trait.NORM_BIAS, Trait.PARALLEL, Trait.PLAIN_MLP, Trait.HEAD_BIAS)
                        .unnamed(Slot.MLP_IN, Slot.GATE)
                        .name(Slot.OUTPUT, "self_attn.dense")
                        .name(Slot.UP, "mlp.fc1")
                        .name(Slot.DOWN, "mlp.fc2")
                        .name(Slot.FINAL_NORM, "model.final_layernorm")
                        .missing("use_bias", true)
                        .missing("hidden_act", "gelu_new")
                        .missing("partial_rotary_factor", 0.5)
                        .missing("layer_norm_eps", 1e-5),
                named("stablelm", "StableLM 2, StableLM 3B")
                        .smallest("stabilityai/stablelm-2-1_6b-chat")
                        .traits(Trait.LAYER_NORM, Trait.NORM_BIAS)
                        .missing("partial_rotary_factor", 0.25)
                        .missing("o_bias", false)
                        .missing("layer_norm_eps", 1e-5));
    }

    private static List<Family> olderNames() {
        return List.of(
                named("starcoder2", "StarCoder 2")
                        .smallest("bigcode/starcoder2-3b")
                        .traits(Trait.LAYER_NORM, Trait.NORM_BIAS, Trait.WINDOW, Trait.PLAIN_MLP)
                        .unnamed(Slot.GATE)
                        .name(Slot.UP, "mlp.c_fc")
                        .name(Slot.DOWN, "mlp.c_proj")
                        .missing("use_bias", true)
                        .missing("hidden_act", "gelu_pytorch_tanh")
                        .missing("norm_epsilon", 1e-5)
                        .missing("tie_word_embeddings", true)
                        .withGolden(),
                named("internlm2", "InternLM 2, InternLM 2.5")
                        .smallest("internlm/internlm2-chat-1_8b")
                        .traits(Trait.GROUPED_QKV)
                        .name(Slot.EMBEDDING, "model.tok_embeddings")
                        .name(Slot.HEAD, "output")
                        .name(Slot.ATTENTION_IN, "attention_norm")
                        .name(Slot.MLP_IN, "ffn_norm")
                        .name(Slot.QKV, "attention.wqkv")
                        .name(Slot.OUTPUT, "attention.wo")
                        .name(Slot.GATE, "feed_forward.w1")
                        .name(Slot.UP, "feed_forward.w3")
                        .name(Slot.DOWN, "feed_forward.w2"),
                named("baichuan", "Baichuan 1, Baichuan 2")
                        .smallest("baichuan-inc/Baichuan2-7B-Chat")
                        .name(Slot.QKV, "self_attn.W_pack"),
                named("exaone", "EXAONE 3, EXAONE 3.5")
                        .smallest("LGAI-EXAONE/EXAONE-3.5-2.4B-Instruct")
                        .name(Slot.EMBEDDING, "transformer.wte")
                        .name(Slot.LAYERS, "transformer.h.")
                        .name(Slot.FINAL_NORM, "transformer.ln_f")
                        .name(Slot.ATTENTION_IN, "ln_1")
                        .name(Slot.MLP_IN, "ln_2")
                        .name(Slot.QUERY, "attn.attention.q_proj")
                        .name(Slot.KEY, "attn.attention.k_proj")
                        .name(Slot.VALUE, "attn.attention.v_proj")
                        .name(Slot.OUTPUT, "attn.attention.out_proj")
                        .name(Slot.GATE, "mlp.c_fc_0")
                        .name(Slot.UP, "mlp.c_fc_1")
                        .name(Slot.DOWN, "mlp.c_proj")
                        .missing("layer_norm_epsilon", 1e-5),
                named("gpt2", "GPT-2")
                        .smallest("openai-community/gpt2")
                        .traits(Trait.LAYER_NORM, Trait.NORM_BIAS, Trait.NO_ROPE, Trait.PLAIN_MLP, Trait.TRANSPOSED)
                        .name(Slot.EMBEDDING, "transformer.wte")
                        .name(Slot.POSITIONS, "transformer.wpe")
                        .name(Slot.LAYERS, "transformer.h.")
                        .name(Slot.FINAL_NORM, "transformer.ln_f")
                        .name(Slot.ATTENTION_IN, "ln_1")
                        .name(Slot.MLP_IN, "ln_2")
                        .name(Slot.QKV, "attn.c_attn")
                        .name(Slot.OUTPUT, "attn.c_proj")
                        .unnamed(Slot.GATE)
                        .name(Slot.UP, "mlp.c_fc")
                        .name(Slot.DOWN, "mlp.c_proj")
                        .missing("use_bias", true)
                        .missing("hidden_act", "gelu_new")
                        .missing("layer_norm_epsilon", 1e-5)
                        .missing("n_positions", 1024)
                        .missing("tie_word_embeddings", true),
                named("bloom", "BLOOM, BLOOMZ")
                        .smallest("bigscience/bloomz-560m")
                        .traits(
                                Trait.LAYER_NORM,
                                Trait.NORM_BIAS,
                                Trait.NO_ROPE,
                                Trait.ALIBI,
                                Trait.GROUPED_QKV,
                                Trait.PLAIN_MLP)
                        .name(Slot.EMBEDDING, "transformer.word_embeddings")
                        .name(Slot.EMBEDDING_NORM, "transformer.word_embeddings_layernorm")
                        .name(Slot.LAYERS, "transformer.h.")
                        .name(Slot.FINAL_NORM, "transformer.ln_f")
                        .name(Slot.QKV, "self_attention.query_key_value")
                        .name(Slot.OUTPUT, "self_attention.dense")
                        .unnamed(Slot.GATE)
                        .name(Slot.UP, "mlp.dense_h_to_4h")
                        .name(Slot.DOWN, "mlp.dense_4h_to_h")
                        .missing("use_bias", true)
                        .missing("hidden_act", "gelu_pytorch_tanh")
                        .missing("layer_norm_epsilon", 1e-5)
                        .missing("tie_word_embeddings", true));
    }

    private static List<Family> experts() {
        Family qwenMoe = named("qwen3_moe", "Qwen 3 MoE (30B-A3B, 235B-A22B)")
                .smallest("Qwen/Qwen3-30B-A3B")
                .traits(Trait.EXPERTS, Trait.QK_NORM, Trait.WINDOW, Trait.WINDOW_SWITCH);
        return List.of(
                named("mixtral", "Mixtral 8x7B, 8x22B")
                        .smallest("mistralai/Mixtral-8x7B-Instruct-v0.1")
                        .traits(Trait.EXPERTS, Trait.NORMALISED_ROUTER, Trait.WINDOW)
                        .name(Slot.ROUTER, "block_sparse_moe.gate")
                        .name(Slot.EXPERTS, "block_sparse_moe.experts.")
                        .name(Slot.EXPERT_GATE, "w1")
                        .name(Slot.EXPERT_UP, "w3")
                        .name(Slot.EXPERT_DOWN, "w2")
                        .missing("num_key_value_heads", 8)
                        .missing("num_local_experts", 8)
                        .missing("num_experts_per_tok", 2)
                        .missing("rope_theta", 1_000_000)
                        .missing("rms_norm_eps", 1e-5)
                        .withGolden(),
                named("qwen2_moe", "Qwen 1.5 MoE, Qwen 2 57B-A14B")
                        .smallest("Qwen/Qwen1.5-MoE-A2.7B-Chat")
                        .traits(Trait.EXPERTS, Trait.WINDOW, Trait.WINDOW_SWITCH)
                        .name(Slot.SHARED, "mlp.shared_expert.")
                        .name(Slot.SHARED_GATE, "mlp.shared_expert_gate")
                        .missing("qkv_bias", true)
                        .missing("o_bias", false)
                        .withGolden(),
                qwenMoe.withGolden(),
                deepseek("deepseek_v2", "DeepSeek V2, V2.5, Coder V2").smallest("deepseek-ai/DeepSeek-V2-Lite-Chat"),
                deepseek("deepseek_v3", "DeepSeek V3, R1")
                        .smallest("deepseek-ai/DeepSeek-V3-0324")
                        .traits(Trait.SIGMOID_ROUTER)
                        .withGolden(),
                named("olmoe", "OLMoE 1B-7B")
                        .smallest("allenai/OLMoE-1B-7B-0125-Instruct")
                        .traits(Trait.EXPERTS, Trait.QK_NORM_WHOLE)
                        .missing("rms_norm_eps", 1e-5)
                        .missing("router_aux_loss_coef", 0.01),
                named("granitemoe", "Granite 3 MoE (1B-A400M, 3B-A800M)")
                        .smallest("ibm-granite/granite-3.1-1b-a400m-instruct")
                        .traits(Trait.EXPERTS, Trait.MULTIPLIERS, Trait.NORMALISED_ROUTER, Trait.STACKED_ROWS)
                        .name(Slot.ROUTER, "block_sparse_moe.router.layer")
                        .name(Slot.EXPERTS, "block_sparse_moe."),
                named("gpt_oss", "GPT-OSS (weights in bf16)")
                        .smallest("openai/gpt-oss-20b")
                        .traits(
                                Trait.EXPERTS,
                                Trait.NORMALISED_ROUTER,
                                Trait.ROUTER_BIAS,
                                Trait.STACKED_EXPERTS,
                                Trait.SINKS,
                                Trait.WINDOW)
                        .name(Slot.SINKS, "self_attn.sinks")
                        .name(Slot.ROUTER, "mlp.router")
                        .missing("attention_bias", true)
                        .missing("sliding_window", 128)
                        .missing("sliding_window_pattern", 2)
                        .missing("rope_theta", 150_000)
                        .missing("rms_norm_eps", 1e-5)
                        .missing("router_aux_loss_coef", 0.9)
                        .withGolden());
    }

    private static Family deepseek(String modelType, String models) {
        return named(modelType, models)
                .traits(Trait.EXPERTS, Trait.LATENT, Trait.PAIRED_ROPE)
                .name(Slot.SHARED, "mlp.shared_experts.");
    }
}
