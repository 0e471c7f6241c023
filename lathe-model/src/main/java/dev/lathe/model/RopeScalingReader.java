package dev.lathe.model;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lathe.base.UserError;
import java.util.ArrayList;
import java.util.List;

/** Reads the {@code rope_scaling} or {@code rope_parameters} object of a config. */
final class RopeScalingReader {
    private final JsonNode node;
    private final int rotated;
    private final int maxPositions;
    private final String origin;

    private RopeScalingReader(JsonNode node, int rotated, int maxPositions, String origin) {
        this.node = node;
        this.rotated = rotated;
        this.maxPositions = maxPositions;
        this.origin = origin;
    }

    static RopeScaling read(JsonNode node, int rotated, int maxPositions, String origin) {
        return new RopeScalingReader(node, rotated, maxPositions, origin).scaling();
    }

    private RopeScaling scaling() {
        String type = node.path("rope_type").asText(node.path("type").asText("default"));
        return switch (type) {
            case "default" -> new RopeScaling.None();
            case "linear" -> new RopeScaling.Linear(required("factor"));
            case "dynamic" -> new RopeScaling.Dynamic(required("factor"), maxPositions);
            case "llama3" ->
                new RopeScaling.Llama3(
                        required("factor"), required("low_freq_factor"), required("high_freq_factor"), original());
            case "yarn" -> yarn();
            case "longrope" -> longRope();
            default ->
                throw new UserError("%s: rope_type %s is none of default, linear, dynamic, yarn, longrope, llama3"
                        .formatted(origin, type));
        };
    }

    private Yarn yarn() {
        double factor = required("factor");
        double scale = node.path("mscale").asDouble(0);
        double scaleAll = node.path("mscale_all_dim").asDouble(0);
        double attention = scale != 0 && scaleAll != 0
                ? Yarn.temperature(factor, scale) / Yarn.temperature(factor, scaleAll)
                : Yarn.temperature(factor, 1);
        return new Yarn(
                factor,
                original(),
                node.path("attention_factor").asDouble(attention),
                node.path("beta_fast").asDouble(32),
                node.path("beta_slow").asDouble(1),
                node.path("truncate").asBoolean(true));
    }

    private RopeScaling.LongRope longRope() {
        int original = original();
        double factor = node.path("original_max_position_embeddings").isNumber()
                ? (double) maxPositions / original
                : required("factor");
        double attention = factor <= 1 ? 1 : Math.sqrt(1 + Math.log(factor) / Math.log(original));
        return new RopeScaling.LongRope(
                factors("short_factor"),
                factors("long_factor"),
                original,
                node.path("attention_factor").asDouble(attention));
    }

    private int original() {
        return node.path("original_max_position_embeddings").asInt(maxPositions);
    }

    private double required(String key) {
        JsonNode value = node.path(key);
        if (!value.isNumber() || value.doubleValue() <= 0) {
            throw new UserError("%s: rope scaling needs %s, a number above 0".formatted(origin, key));
        }
        return value.doubleValue();
    }

    private List<Double> factors(String key) {
        List<Double> factors = new ArrayList<>();
        node.path(key).forEach(factor -> factors.add(factor.asDouble()));
        if (factors.size() != rotated / 2 || factors.stream().anyMatch(factor -> factor <= 0)) {
            throw new UserError("%s: longrope needs %s, a list of %d numbers above 0; it has %d"
                    .formatted(origin, key, rotated / 2, factors.size()));
        }
        return List.copyOf(factors);
    }
}
