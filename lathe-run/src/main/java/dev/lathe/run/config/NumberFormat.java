package dev.lathe.run.config;

/** Number format of inference and of exported weights ({@code infer_dtype}). */
public enum NumberFormat {
    /** The checkpoint's own. */
    AUTO,
    FLOAT32,
    FLOAT16,
    BFLOAT16;

    static NumberFormat of(Settings s) {
        return switch (s.text("infer_dtype")) {
            case "float32" -> FLOAT32;
            case "float16" -> FLOAT16;
            case "bfloat16" -> BFLOAT16;
            default -> AUTO;
        };
    }
}
