package dev.lathe.run;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lathe.base.UserError;
import dev.lathe.model.ConfigReader;
import dev.lathe.model.LoadedModel;

/**
 * {@code rope_scaling}: another scaling of rotary positions than the model's config has, with the factor that the
 * reference takes: in training as often as {@code cutoff_len} needs the old length, at inference 2.
 *
 * @param type linear, dynamic, yarn or llama3
 */
record RopeStretch(String type) {
    private static final int INFERENCE = 2;

    LoadedModel forInference(LoadedModel model) {
        return stretched(model, INFERENCE);
    }

    /** The model itself where its own length is enough. */
    LoadedModel forTraining(LoadedModel model, int cutoffLen) {
        int old = model.spec().maxPositions();
        return cutoffLen <= old ? model : stretched(model, Math.ceilDiv(cutoffLen, old));
    }

    private LoadedModel stretched(LoadedModel model, int factor) {
        if (!model.spec().rotates()) {
            throw new UserError(
                    "rope_scaling: %s has no rotary positions to stretch: leave the line out".formatted(model.name()));
        }
        int old = model.spec().maxPositions();
        ObjectNode config = model.config().deepCopy().put("max_position_embeddings", Math.multiplyExact(old, factor));
        ObjectNode scaling = place(config).put("rope_type", type).put("factor", (double) factor);
        switch (type) {
            case "dynamic", "yarn" -> scaling.put("original_max_position_embeddings", old);
            case "llama3" ->
                scaling.put("original_max_position_embeddings", old)
                        .put("low_freq_factor", 1.0)
                        .put("high_freq_factor", 4.0);
            default -> {} // linear needs nothing more
        }
        return model.with(ConfigReader.read(config, model.name()), config);
    }

    /** Where the config has its scaling, without what stood there; the base and the share that rotates stay. */
    private static ObjectNode place(ObjectNode config) {
        if (!config.path("rope_parameters").isObject()) {
            return config.putObject("rope_scaling");
        }
        ObjectNode all = (ObjectNode) config.path("rope_parameters");
        ObjectNode own = all.path("full_attention").isObject() ? (ObjectNode) all.path("full_attention") : all;
        return own.retain("rope_theta", "partial_rotary_factor");
    }
}
