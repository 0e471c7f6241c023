package dev.lathe.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lathe.base.UserError;
import dev.lathe.tensor.Activation;
import dev.lathe.tensor.DType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads a {@code config.json} in the spelling of transformers 4 ({@code rope_theta}, {@code rope_scaling},
 * {@code torch_dtype}) or 5 ({@code rope_parameters}, {@code dtype}). Throws {@link UserError} naming the key.
 */
public final class ConfigReader {
    private final Family family;
    private final ConfigKeys keys;

    private ConfigReader(Family family, ConfigKeys keys) {
        this.family = family;
        this.keys = keys;
    }

    /** @param origin the file's name, for errors */
    public static DecoderSpec read(ObjectNode config, String origin) {
        Family family = Families.of(config.path("model_type").asText(""), origin);
        return new ConfigReader(family, new ConfigKeys(config, family.defaults(), origin)).spec();
    }

    private DecoderSpec spec() {
        refuseWhatIsNotThere();
        BlockShape shape = BlockShape.of(family, keys);
        int hidden = keys.positive("hidden_size");
        int layers = keys.positive("num_hidden_layers");
        Optional<LatentSpec> latent = family.is(Trait.LATENT) ? Optional.of(latent()) : Optional.empty();
        int maxPositions = keys.positive("max_position_embeddings", 2048);
        int headDim = headDim(hidden, latent);
        LayerPlan plan = new LayerPlan(family, keys, layers, headDim, latent, maxPositions);
        return new DecoderSpec(
                family,
                shape.names(),
                keys.positive("vocab_size"),
                hidden,
                layers,
                shape.parallel(),
                attention(headDim, plan, latent),
                latent,
                mlp(hidden),
                family.is(Trait.EXPERTS) ? new ExpertsReader(family, keys, layers).experts() : Optional.empty(),
                keys.number("rms_norm_eps", 1e-6),
                multipliers(hidden),
                keys.flag("tie_word_embeddings", false),
                maxPositions,
                plan.rope(),
                dtype(),
                keys.number("initializer_range", 0.02),
                eos());
    }

    private void refuseWhatIsNotThere() {
        String notThere = "which is not there yet";
        keys.refuse("qk_layernorm", notThere);
        keys.refuse("clip_qkv", notThere);
        keys.refuse("scale_attn_by_inverse_layer_idx", notThere);
        keys.refuse("apply_residual_connection_post_layernorm", notThere);
        keys.refuse("use_bidirectional_attention", "only causal models are there");
    }

    private int headDim(int hidden, Optional<LatentSpec> latent) {
        if (latent.isPresent()) {
            return latent.get().rotated() + latent.get().still();
        }
        int heads = keys.positive("num_attention_heads");
        if (!keys.has("head_dim") && hidden % heads != 0) {
            throw keys.wrong("hidden_size", "%d is no multiple of num_attention_heads, %d".formatted(hidden, heads));
        }
        int headDim = keys.positive("head_dim", hidden / heads);
        if (headDim % 2 != 0 && !family.is(Trait.NO_ROPE)) {
            throw keys.wrong("head_dim", "%d is odd: rotary embedding turns pairs".formatted(headDim));
        }
        return headDim;
    }

    private AttentionSpec attention(int headDim, LayerPlan plan, Optional<LatentSpec> latent) {
        int heads = keys.positive("num_attention_heads");
        int keyHeads = latent.isPresent() ? heads : keyHeads(heads);
        if (heads % keyHeads != 0) {
            throw keys.wrong(
                    "num_attention_heads", "%d is no multiple of num_key_value_heads, %d".formatted(heads, keyHeads));
        }
        boolean attentionBias = keys.flag("attention_bias", keys.flag("use_bias", false));
        boolean bias = keys.flag("bias", false);
        boolean falconOrIntern = List.of("falcon", "internlm2").contains(family.modelType());
        double scale = scale(headDim, plan);
        return new AttentionSpec(
                heads,
                keyHeads,
                headDim,
                scale,
                keys.number("attn_logit_softcapping", 0),
                plan.windows(),
                falconOrIntern ? bias : keys.flag("qkv_bias", attentionBias),
                falconOrIntern || family.modelType().equals("internlm3") ? bias : keys.flag("o_bias", attentionBias),
                family.is(Trait.QK_NORM) || family.is(Trait.QK_NORM_WHOLE) || keys.flag("use_qk_norm", false),
                alibi(scale));
    }

    private int keyHeads(int heads) {
        if (family.modelType().equals("falcon") && !keys.flag("new_decoder_architecture", false)) {
            return keys.flag("multi_query", true) ? 1 : heads;
        }
        return keys.positive("num_key_value_heads", heads);
    }

    private double scale(int headDim, LayerPlan plan) {
        if (family.is(Trait.MULTIPLIERS)) {
            return keys.number("attention_multiplier", 1);
        }
        if (!keys.flag("scale_attn_weights", true)) {
            return 1;
        }
        double plain = 1 / Math.sqrt(keys.number("query_pre_attn_scalar", headDim));
        return family.is(Trait.LATENT) ? plain * plan.latentTemperature() : plain;
    }

    /** Falcon scales distances together with the scores; the others add them afterwards. */
    private double alibi(double scale) {
        if (family.modelType().equals("falcon")) {
            return keys.flag("alibi", false) ? scale : 0;
        }
        return family.is(Trait.ALIBI) || LayerPlan.isBaichuan13(keys) ? 1 : 0;
    }

    private LatentSpec latent() {
        return new LatentSpec(
                keys.natural("q_lora_rank", 0),
                keys.positive("kv_lora_rank"),
                keys.positive("qk_rope_head_dim"),
                keys.positive("qk_nope_head_dim"),
                keys.positive("v_head_dim"));
    }

    private MlpSpec mlp(int hidden) {
        boolean falcon = family.modelType().equals("falcon");
        boolean internlm3 = family.modelType().equals("internlm3");
        boolean bias =
                falcon || internlm3 ? keys.flag("bias", false) : keys.flag("mlp_bias", keys.flag("use_bias", false));
        int intermediate = family.is(Trait.PLAIN_MLP)
                ? keys.positive("intermediate_size", Math.multiplyExact(4, hidden))
                : keys.positive("intermediate_size");
        return new MlpSpec(intermediate, activation(), bias);
    }

    private Activation activation() {
        // Gemma's older configs say gelu under hidden_act and mean the approximation.
        String name = family.is(Trait.SCALED_EMBEDDING)
                ? keys.text("hidden_activation", "gelu_pytorch_tanh")
                : keys.text("hidden_act", "silu");
        return switch (name) {
            case "silu", "swish" -> Activation.SILU;
            case "gelu" -> Activation.GELU;
            case "gelu_new", "gelu_fast", "gelu_pytorch_tanh" -> Activation.GELU_TANH;
            case "relu" -> Activation.RELU;
            default ->
                throw keys.wrong(
                        "hidden_act",
                        name + " is not there yet; silu, gelu, gelu_new, gelu_fast, gelu_pytorch_tanh, relu are");
        };
    }

    private Multipliers multipliers(int hidden) {
        boolean all = family.is(Trait.MULTIPLIERS);
        boolean scaled = family.is(Trait.SCALED_EMBEDDING);
        return new Multipliers(
                scaled ? Math.sqrt(hidden) : all ? keys.number("embedding_multiplier", 1) : 1,
                scaled,
                all ? keys.number("residual_multiplier", 1) : 1,
                all ? 1 / keys.number("logits_scaling", 1) : keys.number("logit_scale", 1),
                keys.number("final_logit_softcapping", 0));
    }

    private DType dtype() {
        String name = keys.text("dtype", "float32");
        return switch (name) {
            case "float32", "float" -> DType.F32;
            case "bfloat16" -> DType.BF16;
            case "float16", "half" -> DType.F16;
            default -> throw keys.wrong("dtype", name + " is none of float32, bfloat16, float16");
        };
    }

    private List<Integer> eos() {
        List<Integer> ids = new ArrayList<>();
        JsonNode node = keys.node("eos_token_id");
        if (node.isInt()) {
            ids.add(node.intValue());
        }
        node.forEach(id -> ids.add(id.intValue()));
        return List.copyOf(ids);
    }
}
