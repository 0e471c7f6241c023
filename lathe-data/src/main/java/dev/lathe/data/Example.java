package dev.lathe.data;

/**
 * What a stage is trained on, one at a time: {@link Sample}s in stages pt and sft, {@link Pair}s in rm and dpo,
 * {@link Feedback} in kto, {@link Prompt}s in ppo.
 */
public sealed interface Example permits Sample, Pair, Feedback, Prompt {
    /** Tokens that the model computes. */
    int tokens();
}
