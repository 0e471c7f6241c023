package dev.lathe.data;

import dev.lathe.base.UserError;
import java.util.Arrays;
import java.util.List;
import java.util.PrimitiveIterator;
import java.util.stream.IntStream;

/**
 * Rows of several data sets by turns, or drawn with given probabilities, in the order of each.
 *
 * @param over whether to go on until every data set has come to its end, beginning again with those that came sooner
 *     (interleave_over), instead of stopping at the first end (interleave_under)
 * @param probabilities one a data set, adding up to 1; empty to take turns
 */
record Interleave(boolean over, List<Double> probabilities) implements Mixing {
    /** numpy draws so many at a time, which decides how its numbers are used up. */
    private static final int DRAWN = 1000;

    Interleave {
        probabilities = List.copyOf(probabilities);
        double sum = probabilities.stream().mapToDouble(Double::doubleValue).sum();
        if (!probabilities.isEmpty() && !(Math.abs(sum - 1) < 1e-8)) {
            throw new UserError("interleave_probs: must add up to 1, but add up to %s".formatted(sum));
        }
        if (probabilities.stream().anyMatch(each -> each < 0 || (over && each == 0))) {
            throw new UserError(
                    "interleave_probs: must not be negative, nor 0 with interleave_over, which would never end");
        }
    }

    @Override
    public int[] mix(List<int[]> sets, long seed) {
        if (sets.stream().anyMatch(set -> set.length == 0)) {
            throw empty();
        }
        if (sets.size() < 2) {
            return sets.isEmpty() ? new int[0] : sets.getFirst();
        }
        return probabilities.isEmpty() ? byTurns(sets) : drawn(sets, seed);
    }

    static UserError empty() {
        return new UserError("mix_strategy: one of the data sets has no rows; it cannot be interleaved");
    }

    /** Which of {@code sets} data sets gives the next row, without end. */
    PrimitiveIterator.OfInt turns(int sets, Pcg64 random) {
        if (probabilities.isEmpty() || sets < 2) {
            return IntStream.iterate(0, set -> (set + 1) % sets).iterator();
        }
        double[] weights = weights(sets);
        return IntStream.generate(() -> 0)
                .flatMap(block -> Arrays.stream(random.choice(weights, DRAWN)))
                .iterator();
    }

    private double[] weights(int sets) {
        if (probabilities.size() != sets) {
            throw new UserError("interleave_probs: %d numbers for %d data sets".formatted(probabilities.size(), sets));
        }
        return probabilities.stream().mapToDouble(Double::doubleValue).toArray();
    }

    private int[] byTurns(List<int[]> sets) {
        IntStream lengths = sets.stream().mapToInt(set -> set.length);
        int rounds = (over ? lengths.max() : lengths.min()).orElseThrow();
        return IntStream.range(0, rounds)
                .flatMap(round -> sets.stream().mapToInt(set -> set[round % set.length]))
                .toArray();
    }

    private int[] drawn(List<int[]> sets, long seed) {
        double[] weights = weights(sets.size());
        Pcg64 random = new Pcg64(seed);
        int[] next = new int[sets.size()];
        boolean[] ended = new boolean[sets.size()];
        IntStream.Builder rows = IntStream.builder();
        int open = over ? sets.size() : 1;
        while (true) {
            for (int set : random.choice(weights, DRAWN)) {
                if (open == 0) {
                    return rows.build().toArray();
                }
                rows.add(sets.get(set)[next[set]]);
                next[set] = (next[set] + 1) % sets.get(set).length;
                if (next[set] == 0 && !ended[set]) {
                    ended[set] = true;
                    open--;
                }
            }
        }
    }
}
