package dev.lathe.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lathe.base.Json;
import dev.lathe.base.UserError;
import java.util.List;
import java.util.Map;

/**
 * Asks a {@code config.json} for values, under whichever of the names that families use for the same thing, and the
 * family's default for what is missing. Throws {@link UserError} naming the key.
 */
final class ConfigKeys {
    /** Other words for the keys of Llama. */
    private static final Map<String, List<String>> ALSO = Map.ofEntries(
            Map.entry("hidden_size", List.of("n_embd", "n_embed")),
            Map.entry("num_hidden_layers", List.of("n_layer", "num_layers")),
            Map.entry("num_attention_heads", List.of("n_head")),
            Map.entry("num_key_value_heads", List.of("num_kv_heads", "n_head_kv")),
            Map.entry("intermediate_size", List.of("n_inner", "ffn_hidden_size")),
            Map.entry("max_position_embeddings", List.of("n_positions", "seq_length", "model_max_length")),
            Map.entry("rms_norm_eps", List.of("layer_norm_eps", "layer_norm_epsilon", "norm_epsilon", "norm_eps")),
            Map.entry("hidden_act", List.of("hidden_activation", "activation_function", "activation")),
            Map.entry("rope_theta", List.of("rotary_emb_base")),
            Map.entry("partial_rotary_factor", List.of("rotary_pct")),
            Map.entry("qkv_bias", List.of("use_qkv_bias")),
            Map.entry("sliding_window_pattern", List.of("_sliding_window_pattern")),
            Map.entry("num_experts", List.of("num_local_experts", "n_routed_experts")),
            Map.entry("num_experts_per_tok", List.of("experts_per_token")),
            Map.entry("dtype", List.of("torch_dtype")));

    private final ObjectNode config;
    private final ObjectNode defaults;
    private final String origin;

    ConfigKeys(ObjectNode config, ObjectNode defaults, String origin) {
        this.config = config;
        this.defaults = defaults;
        this.origin = origin;
    }

    String origin() {
        return origin;
    }

    /** What stands there, or by default; a missing node for neither. A key that is there as null stays null. */
    JsonNode node(String key) {
        JsonNode stated = find(config, key);
        return stated.isMissingNode() ? find(defaults, key) : stated;
    }

    private static JsonNode find(ObjectNode node, String key) {
        JsonNode found = node.path(key);
        for (String other : ALSO.getOrDefault(key, List.of())) {
            JsonNode alternative = node.path(other);
            if (found.isMissingNode() || (found.isNull() && !alternative.isMissingNode())) {
                found = alternative;
            }
        }
        return found;
    }

    boolean has(String key) {
        JsonNode node = node(key);
        return !node.isMissingNode() && !node.isNull();
    }

    /** Whether the config itself has exactly this key. */
    boolean states(String key) {
        return config.hasNonNull(key);
    }

    int positive(String key) {
        int value = natural(key);
        if (value < 1) {
            throw wrong(key, "is 0; a whole number of at least 1 is needed");
        }
        return value;
    }

    int positive(String key, int otherwise) {
        return has(key) ? positive(key) : otherwise;
    }

    int natural(String key) {
        JsonNode value = node(key);
        if (!value.isIntegralNumber() || !value.canConvertToInt() || value.intValue() < 0) {
            String found = value.isMissingNode() ? "is not there" : "is " + Json.compact(value);
            throw wrong(key, found + "; a whole number of at least 1 is needed");
        }
        return value.intValue();
    }

    int natural(String key, int otherwise) {
        return has(key) ? natural(key) : otherwise;
    }

    double number(String key, double otherwise) {
        JsonNode value = node(key);
        if (value.isMissingNode() || value.isNull()) {
            return otherwise;
        }
        if (!value.isNumber()) {
            throw wrong(key, "is " + Json.compact(value) + "; a number is needed");
        }
        return value.doubleValue();
    }

    boolean flag(String key, boolean otherwise) {
        return node(key).asBoolean(otherwise);
    }

    String text(String key, String otherwise) {
        JsonNode value = node(key);
        return value.isMissingNode() || value.isNull() ? otherwise : value.asText(otherwise);
    }

    /** Stops the run where the key asks for something that is not there. */
    void refuse(String key, String why) {
        if (node(key).asBoolean(false)) {
            throw wrong(key, "is " + Json.compact(node(key)) + "; " + why);
        }
    }

    UserError wrong(String key, String what) {
        return new UserError("%s: %s %s".formatted(origin, key, what));
    }
}
