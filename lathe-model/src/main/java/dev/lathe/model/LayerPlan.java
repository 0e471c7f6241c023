package dev.lathe.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** What differs from layer to layer: how far each looks back, and how it rotates. */
record LayerPlan(
        Family family, ConfigKeys keys, int layers, int headDim, Optional<LatentSpec> latent, int maxPositions) {
    /** How many tokens each layer's queries see; 0 for all. */
    List<Integer> windows() {
        boolean used =
                family.is(Trait.WINDOW) && (!family.is(Trait.WINDOW_SWITCH) || keys.flag("use_sliding_window", false));
        int window = used ? keys.natural("sliding_window", 0) : 0;
        if (window == 0) {
            return Collections.nCopies(layers, 0);
        }
        List<Integer> windows = new ArrayList<>();
        for (int layer = 0; layer < layers; layer++) {
            windows.add(slides(layer) ? window : 0);
        }
        return List.copyOf(windows);
    }

    private boolean slides(int layer) {
        JsonNode types = keys.node("layer_types");
        if (types.isArray()) {
            if (types.size() != layers) {
                throw keys.wrong("layer_types", "has %d layers, not %d".formatted(types.size(), layers));
            }
            return types.get(layer).asText().equals("sliding_attention");
        }
        JsonNode pattern = keys.node("sliding_window_pattern");
        if (pattern.isTextual() && !pattern.textValue().isEmpty()) {
            String letters = pattern.textValue();
            return letters.charAt(layer % letters.length()) != 'G';
        }
        if (pattern.isInt() && pattern.intValue() > 0) {
            return (layer + 1) % pattern.intValue() != 0;
        }
        return !family.is(Trait.WINDOW_SWITCH) || layer >= keys.natural("max_window_layers", 0);
    }

    RopePlan rope() {
        RopeSpec still = new RopeSpec(10_000, rotated(1), new RopeScaling.Still());
        boolean none = family.is(Trait.NO_ROPE)
                || (family.modelType().equals("falcon") && keys.flag("alibi", false))
                || isBaichuan13(keys);
        if (none) {
            return new RopePlan(List.of(still), Collections.nCopies(layers, 0));
        }
        if (family.is(Trait.LOCAL_ROPE)) {
            List<Integer> kinds =
                    windows().stream().map(window -> window > 0 ? 1 : 0).toList();
            return new RopePlan(List.of(global(), local()), kinds);
        }
        List<Integer> kinds = new ArrayList<>();
        for (int layer = 0; layer < layers; layer++) {
            kinds.add(rotates(layer) ? 0 : 1);
        }
        return kinds.contains(1)
                ? new RopePlan(List.of(global(), still), List.copyOf(kinds))
                : new RopePlan(List.of(global()), List.copyOf(kinds));
    }

    private boolean rotates(int layer) {
        if (family.is(Trait.ROPE_WITHIN_WINDOW)) {
            List<Integer> windows = windows();
            return windows.stream().allMatch(window -> window == 0) || windows.get(layer) > 0;
        }
        JsonNode listed = keys.node("no_rope_layers");
        if (listed.isArray() && !listed.isEmpty()) {
            if (listed.size() != layers) {
                throw keys.wrong("no_rope_layers", "has %d layers, not %d".formatted(listed.size(), layers));
            }
            return listed.get(layer).asInt(1) != 0;
        }
        int interval = keys.natural("no_rope_layer_interval", 0);
        return interval == 0 || (layer + 1) % interval != 0;
    }

    /** Baichuan's 13B shares its model_type with the 7B, but says nothing of positions, which it does not have. */
    static boolean isBaichuan13(ConfigKeys keys) {
        return keys.text("model_type", "").equals("baichuan") && !keys.states("max_position_embeddings");
    }

    private RopeSpec global() {
        JsonNode parameters = keys.node("rope_parameters");
        JsonNode own = family.is(Trait.LOCAL_ROPE) ? parameters.path("full_attention") : parameters;
        return rope(own.isObject() ? own : keys.node("rope_scaling"), keys.number("rope_theta", 10_000));
    }

    private RopeSpec local() {
        JsonNode own = keys.node("rope_parameters").path("sliding_attention");
        return rope(own, keys.number("rope_local_base_freq", 10_000));
    }

    private RopeSpec rope(JsonNode node, double otherwise) {
        double theta = node.path("rope_theta").asDouble(otherwise);
        int rotated = rotated(node.path("partial_rotary_factor").asDouble(keys.number("partial_rotary_factor", 1)));
        RopeScaling scaling = node.isObject()
                ? RopeScalingReader.read(completed((ObjectNode) node), rotated, maxPositions, keys.origin())
                : new RopeScaling.None();
        return new RopeSpec(theta, rotated, scaling);
    }

    private int rotated(double share) {
        int rotated = latent.map(LatentSpec::rotated).orElseGet(() -> (int) (headDim * share));
        int pairs = rotated / 2;
        if (pairs == 0) {
            throw keys.wrong(
                    "partial_rotary_factor", "leaves no pair of the %d dimensions of a head".formatted(headDim));
        }
        return 2 * pairs;
    }

    /** Phi-3 keeps the original length beside the scaling, and its oldest configs call LongRoPE "su". */
    private ObjectNode completed(ObjectNode node) {
        ObjectNode completed = node.deepCopy();
        String type = completed.path("rope_type").asText(completed.path("type").asText(""));
        if (type.equals("su")) {
            completed.put("rope_type", "longrope");
        }
        boolean longRope = type.equals("su") || type.equals("longrope");
        if (longRope
                && !completed.has("original_max_position_embeddings")
                && keys.has("original_max_position_embeddings")) {
            completed.put("original_max_position_embeddings", keys.positive("original_max_position_embeddings"));
        }
        return completed;
    }

    /** By how much DeepSeek sharpens attention beyond the trained context: the square of YaRN's temperature. */
    double latentTemperature() {
        JsonNode parameters = keys.node("rope_parameters");
        JsonNode node = parameters.isObject() ? parameters : keys.node("rope_scaling");
        double all = node.path("mscale_all_dim").asDouble(0);
        double temperature = all == 0 ? 1 : Yarn.temperature(node.path("factor").asDouble(1), all);
        return temperature * temperature;
    }
}
