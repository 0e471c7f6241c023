package dev.lathe.run.config;

/** A number of optimizer steps, or a share of all of them. */
public sealed interface StepCount {
    record Steps(int count) implements StepCount {}

    /** @param share above 0, at most 1 */
    record Share(double share) implements StepCount {}

    /** The number of steps in a run of {@code total}; a share is rounded up, as in the reference. */
    default int of(int total) {
        return switch (this) {
            case Steps(int count) -> count;
            case Share(double share) -> (int) Math.ceil(share * total);
        };
    }

    /** Reads the reference's one number: below 1 a share. */
    static StepCount of(double number) {
        return number > 0 && number < 1 ? new Share(number) : new Steps((int) number);
    }
}
