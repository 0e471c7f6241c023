package dev.lathe.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lathe.base.Json;
import dev.lathe.base.UserError;
import dev.lathe.tensor.DType;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads a {@code config.json} in the spelling of transformers 4 ({@code rope_theta}, {@code rope_scaling},
 * {@code torch_dtype}) or 5 ({@code rope_parameters}, {@code dtype}). Throws {@link UserError} naming the key.
 */
public final class ConfigReader {
    private final ObjectNode config;
    private final String origin;

    private ConfigReader(ObjectNode config, String origin) {
        this.config = config;
        this.origin = origin;
    }

    /** @param origin the file's name, for errors */
    public static DecoderSpec read(ObjectNode config, String origin) {
        ConfigReader reader = new ConfigReader(config, origin);
        return reader.spec(Family.of(reader.text("model_type", ""), origin));
    }

    private DecoderSpec spec(Family family) {
        int hidden = positive("hidden_size");
        int heads = positive("num_attention_heads");
        int keyHeads = config.hasNonNull("num_key_value_heads") ? positive("num_key_value_heads") : heads;
        int headDim = config.hasNonNull("head_dim") ? positive("head_dim") : hidden / heads;
        if (heads % keyHeads != 0) {
            throw wrong(
                    "num_attention_heads", "%d is no multiple of num_key_value_heads, %d".formatted(heads, keyHeads));
        }
        if (headDim % 2 != 0) {
            throw wrong("head_dim", "%d is odd: rotary embedding turns pairs".formatted(headDim));
        }
        String activation = text("hidden_act", "silu");
        if (!activation.equals("silu")) {
            throw wrong("hidden_act", activation + " is not there yet; silu is");
        }
        int maxPositions = config.hasNonNull("max_position_embeddings") ? positive("max_position_embeddings") : 2048;
        boolean attentionBias = flag("attention_bias", false);
        return new DecoderSpec(
                family.modelType(),
                positive("vocab_size"),
                hidden,
                positive("num_hidden_layers"),
                heads,
                keyHeads,
                headDim,
                positive("intermediate_size"),
                number("rms_norm_eps", 1e-6),
                attentionBias,
                attentionBias,
                flag("mlp_bias", false),
                flag("tie_word_embeddings", family.tiedByDefault()),
                maxPositions,
                rope(headDim, maxPositions),
                dtype(),
                number("initializer_range", 0.02),
                eos());
    }

    private RopeSpec rope(int headDim, int maxPositions) {
        JsonNode parameters = config.path("rope_parameters");
        JsonNode scaling = parameters.isObject() ? parameters : config.path("rope_scaling");
        double theta = parameters.path("rope_theta").asDouble(number("rope_theta", 10000));
        double partial = parameters.path("partial_rotary_factor").asDouble(number("partial_rotary_factor", 1));
        int rotated = (int) (headDim * partial);
        RopeScaling read = scaling.isObject()
                ? RopeScalingReader.read(scaling, rotated, maxPositions, origin)
                : new RopeScaling.None();
        return new RopeSpec(theta, rotated, read);
    }

    private DType dtype() {
        String name = text("dtype", text("torch_dtype", "float32"));
        return switch (name) {
            case "float32", "float" -> DType.F32;
            case "bfloat16" -> DType.BF16;
            case "float16", "half" -> DType.F16;
            default -> throw wrong("dtype", name + " is none of float32, bfloat16, float16");
        };
    }

    private List<Integer> eos() {
        List<Integer> ids = new ArrayList<>();
        JsonNode node = config.path("eos_token_id");
        if (node.isInt()) {
            ids.add(node.intValue());
        }
        node.forEach(id -> ids.add(id.intValue()));
        return List.copyOf(ids);
    }

    private int positive(String key) {
        JsonNode value = config.path(key);
        if (!value.isIntegralNumber() || !value.canConvertToInt() || value.intValue() < 1) {
            String found = value.isMissingNode() ? "is not there" : "is " + Json.compact(value);
            throw wrong(key, found + "; a whole number of at least 1 is needed");
        }
        return value.intValue();
    }

    private double number(String key, double otherwise) {
        JsonNode value = config.path(key);
        if (value.isMissingNode() || value.isNull()) {
            return otherwise;
        }
        if (!value.isNumber()) {
            throw wrong(key, "is " + Json.compact(value) + "; a number is needed");
        }
        return value.doubleValue();
    }

    private boolean flag(String key, boolean otherwise) {
        return config.path(key).asBoolean(otherwise);
    }

    private String text(String key, String otherwise) {
        return config.path(key).asText(otherwise);
    }

    private UserError wrong(String key, String what) {
        return new UserError("%s: %s %s".formatted(origin, key, what));
    }
}
