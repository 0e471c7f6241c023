package dev.lathe.run.config;

/** What is learnt. */
public enum Stage {
    /** Plain text ({@code pt}). */
    PRETRAIN,
    /** Answers ({@code sft}). */
    SUPERVISED;

    static Stage of(Settings s) {
        return s.is("stage", "pt") ? PRETRAIN : SUPERVISED;
    }
}
