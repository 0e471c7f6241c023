package dev.lathe.run.config;

/** What becomes of a GGUF file's blocks in memory. */
public enum GgufWeights {
    /** Packed when dense matrices would take more than a gigabyte. */
    AUTO,
    DENSE,
    PACKED;

    static GgufWeights of(Settings s) {
        return switch (s.text("gguf_weights")) {
            case "dense" -> DENSE;
            case "packed" -> PACKED;
            default -> AUTO;
        };
    }
}
