package dev.lathe.data;

/**
 * How a turn that does not fit is cut: how many tokens of the question and of the answer stay.
 *
 * @param source tokens of the question that stay
 * @param target tokens of the answer that stay
 */
record Cutoff(int source, int target) {
    /** The reference's rule. All lengths in tokens; {@code room} is what is left of {@code cutoff_len}, at least 1. */
    static Cutoff fit(int source, int target, int room) {
        int most;
        if (target * 2L < room) {
            most = room;
        } else if (source * 2L < room) {
            most = room - source;
        } else {
            most = (int) (room * ((double) target / ((long) source + target)));
        }
        int keptTarget = Math.min(most, target);
        return new Cutoff(Math.min(Math.max(room - keptTarget, 0), source), keptTarget);
    }
}
