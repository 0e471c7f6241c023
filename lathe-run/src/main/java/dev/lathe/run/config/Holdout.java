package dev.lathe.run.config;

/** Rows held back from training for evaluation ({@code val_size}). */
public sealed interface Holdout {
    record None() implements Holdout {}

    record Rows(int count) implements Holdout {}

    /** @param share of all rows, above 0 and below 1; rounded up to whole rows */
    record Share(double share) implements Holdout {}
}
