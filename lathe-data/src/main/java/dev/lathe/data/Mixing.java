package dev.lathe.data;

import dev.lathe.base.UserError;
import java.util.List;

/** {@code mix_strategy}: how the rows of several data sets are put in one order. */
public sealed interface Mixing permits Mixing.Concat, Interleave {
    /**
     * All rows in the order in which they are used.
     *
     * @param sets the rows of each data set, numbered across all of them
     * @throws UserError when the strategy cannot mix these
     */
    int[] mix(List<int[]> sets, long seed);

    /** One data set after the other, as they were named. */
    record Concat() implements Mixing {
        @Override
        public int[] mix(List<int[]> sets, long seed) {
            return sets.stream().reduce(new int[0], Orders::concat);
        }
    }

    /**
     * The strategy of that name.
     *
     * @param probabilities {@code interleave_probs}, one a data set; empty to take turns
     * @throws UserError for a strategy that Lathe does not have, and for probabilities that are none
     */
    static Mixing named(String strategy, List<Double> probabilities) {
        return switch (strategy) {
            case "concat" -> {
                if (!probabilities.isEmpty()) {
                    throw new UserError(
                            "interleave_probs: only with mix_strategy interleave_under, interleave_over or interleave_once");
                }
                yield new Concat();
            }
            case "interleave_under" -> new Interleave(Interleave.Until.FIRST_END, probabilities);
            case "interleave_over" -> new Interleave(Interleave.Until.LAST_END, probabilities);
            case "interleave_once" -> new Interleave(Interleave.Until.EACH_ROW_ONCE, probabilities);
            default ->
                throw new UserError(
                        "mix_strategy: `%s` is not one of concat, interleave_under, interleave_over, interleave_once"
                                .formatted(strategy));
        };
    }
}
