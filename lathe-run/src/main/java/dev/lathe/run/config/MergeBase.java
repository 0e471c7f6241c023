package dev.lathe.run.config;

/** What adapters are merged into. */
public enum MergeBase {
    /** The weights as the model's checkpoint has them, which must be dense. */
    ORIGINAL,
    /** Those that quantised ones stand for: what an adapter trained on them belongs to. */
    DEQUANTIZED;

    static MergeBase of(Settings s) {
        return s.is("merge_base", "dequantized") ? DEQUANTIZED : ORIGINAL;
    }
}
