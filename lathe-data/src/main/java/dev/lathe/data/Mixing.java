package dev.lathe.data;

import dev.lathe.base.UserError;
import java.util.List;

/** {@code mix_strategy}: how the rows of several data sets are put in one order. */
public sealed interface Mixing {
    /** @param sets the rows of each data set, numbered across all of them */
    int[] mix(List<int[]> sets);

    /** One data set after the other, as they were named. */
    record Concat() implements Mixing {
        @Override
        public int[] mix(List<int[]> sets) {
            return sets.stream().reduce(new int[0], Orders::concat);
        }
    }

    /** The strategy of that name. Throws {@link UserError} for one that Lathe does not have. */
    static Mixing named(String strategy) {
        return switch (strategy) {
            case "concat" -> new Concat();
            case "interleave_under", "interleave_over", "interleave_once" ->
                throw new UserError("mix_strategy: Lathe cannot do %s yet; use concat".formatted(strategy));
            default ->
                throw new UserError(
                        "mix_strategy: `%s` is not one of concat, interleave_under, interleave_over, interleave_once"
                                .formatted(strategy));
        };
    }
}
