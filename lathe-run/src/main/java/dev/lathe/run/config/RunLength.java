package dev.lathe.run.config;

/** How long training goes on. */
public sealed interface RunLength {
    /** @param epochs above 0; may be broken */
    record Epochs(double epochs) implements RunLength {}

    record Steps(int steps) implements RunLength {}
}
