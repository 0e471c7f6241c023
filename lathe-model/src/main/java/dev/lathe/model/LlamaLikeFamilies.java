package dev.lathe.model;

import static dev.lathe.model.Family.like;
import static dev.lathe.model.Family.named;

import java.util.ArrayList;
import java.util.List;

/** Rows of families whose blocks are Llama's, with other norms, windows or scales. */
final class LlamaLikeFamilies {
    private LlamaLikeFamilies() {}

    static List<Family> rows() {
        List<Family> rows = new ArrayList<>();
        rows.addAll(llamas());
        rows.addAll(gemmas());
        rows.addAll(normedOtherwise());
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
}
