package dev.lathe.model;

import static dev.lathe.model.Family.like;
import static dev.lathe.model.Family.named;

import java.util.ArrayList;
import java.util.List;

/** Rows of families with blocks side by side, with layer norms, or with names of their own. */
final class OtherFamilies {
    private static final Family FALCON = named("falcon", "Falcon 7B, 11B, 40B, 180B")
            .smallest("tiiuae/falcon-rw-1b")
            .traits(Trait.LAYER_NORM, Trait.NORM_BIAS, Trait.GROUPED_QKV)
            .name(Slot.EMBEDDING, "transformer.word_embeddings")
            .name(Slot.LAYERS, "transformer.h.")
            .name(Slot.QKV, "self_attention.query_key_value")
            .name(Slot.OUTPUT, "self_attention.dense")
            .plainMlp("mlp.dense_h_to_4h", "mlp.dense_4h_to_h")
            .name(Slot.FINAL_NORM, "transformer.ln_f")
            .missing("hidden_act", "gelu")
            .missing("layer_norm_epsilon", 1e-5)
            .missing("tie_word_embeddings", true);

    private OtherFamilies() {}

    static List<Family> rows() {
        List<Family> rows = new ArrayList<>();
        rows.addAll(parallel());
        rows.addAll(olderNames());
        return List.copyOf(rows);
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
                        .traits(Trait.LAYER_NORM, Trait.NORM_BIAS, Trait.GROUPED_QKV, Trait.ADAPTED_HEAD)
                        .name(Slot.EMBEDDING, "gpt_neox.embed_in")
                        .name(Slot.LAYERS, "gpt_neox.layers.")
                        .name(Slot.QKV, "attention.query_key_value")
                        .name(Slot.OUTPUT, "attention.dense")
                        .plainMlp("mlp.dense_h_to_4h", "mlp.dense_4h_to_h")
                        .name(Slot.FINAL_NORM, "gpt_neox.final_layer_norm")
                        .name(Slot.HEAD, "embed_out")
                        .missing("attention_bias", true)
                        .missing("mlp_bias", true)
                        .missing("use_parallel_residual", true)
                        .missing("hidden_act", "gelu")
                        .missing("rotary_pct", 0.25)
                        .missing("layer_norm_eps", 1e-5)
                        .withGolden(),
                FALCON.withGolden(),
                named("phi", "Phi-1.5, Phi-2")
                        .smallest("microsoft/phi-1_5")
                        .traits(Trait.LAYER_NORM, Trait.NORM_BIAS, Trait.PARALLEL, Trait.HEAD_BIAS)
                        .unnamed(Slot.MLP_IN)
                        .name(Slot.OUTPUT, "self_attn.dense")
                        .plainMlp("mlp.fc1", "mlp.fc2")
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
                        .traits(Trait.LAYER_NORM, Trait.NORM_BIAS, Trait.WINDOW)
                        .plainMlp("mlp.c_fc", "mlp.c_proj")
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
                        .gptNames()
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
                        .traits(Trait.LAYER_NORM, Trait.NORM_BIAS, Trait.NO_ROPE, Trait.TRANSPOSED)
                        .gptNames()
                        .name(Slot.POSITIONS, "transformer.wpe")
                        .name(Slot.QKV, "attn.c_attn")
                        .name(Slot.OUTPUT, "attn.c_proj")
                        .plainMlp("mlp.c_fc", "mlp.c_proj")
                        .missing("use_bias", true)
                        .missing("hidden_act", "gelu_new")
                        .missing("layer_norm_epsilon", 1e-5)
                        .missing("n_positions", 1024)
                        .missing("tie_word_embeddings", true),
                like(FALCON, "bloom", "BLOOM, BLOOMZ")
                        .smallest("bigscience/bloomz-560m")
                        .traits(Trait.NO_ROPE, Trait.ALIBI)
                        .name(Slot.EMBEDDING_NORM, "transformer.word_embeddings_layernorm")
                        .missing("use_bias", true)
                        .missing("hidden_act", "gelu_pytorch_tanh"));
    }
}
