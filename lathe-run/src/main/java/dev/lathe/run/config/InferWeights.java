package dev.lathe.run.config;

/** How the linear layers' weights are held while a model answers ({@code infer_weights}). */
public enum InferWeights {
    /** As the model has them, or as {@code quantization_bit} says. */
    STORED,
    /** Adapters merged, then a byte a weight and a scale a row: a token reads half as much. */
    INT8;

    static InferWeights of(Settings s) {
        return s.is("infer_weights", "int8") ? INT8 : STORED;
    }
}
