package dev.lathe.run.config;

/** Number formats of training. */
public enum Precision {
    /** Arithmetic in the checkpoint's own format; what is trained is fp32. */
    AS_CHECKPOINT,
    /** Arithmetic in bf16; what is trained is fp32. */
    BF16,
    /** Everything in bf16, also what is trained. */
    PURE_BF16;

    static Precision of(Settings s) {
        if (s.flag("pure_bf16")) {
            return PURE_BF16;
        }
        return s.flag("bf16") || s.flag("fp16") ? BF16 : AS_CHECKPOINT;
    }
}
