package dev.lathe.model;

import static dev.lathe.model.Family.named;

import java.util.List;

/** Rows of families with mixtures of experts. */
final class ExpertFamilies {
    private ExpertFamilies() {}

    static List<Family> rows() {
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
                named("gpt_oss", "GPT-OSS")
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
