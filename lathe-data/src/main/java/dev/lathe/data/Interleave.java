package dev.lathe.data;

import dev.lathe.base.UserError;
import java.util.Arrays;
import java.util.List;
import java.util.PrimitiveIterator;
import java.util.stream.IntStream;

/**
 * Rows of several data sets by turns, or drawn with given probabilities, in the order of each.
 *
 * @param probabilities one a data set, adding up to 1; empty to take turns
 */
record Interleave(Until until, List<Double> probabilities) implements Mixing {
    /** Where it ends. */
    enum Until {
        /** With the first data set that has come to its end (interleave_under). */
        FIRST_END,
        /** When every data set has come to its end; those that came sooner begin again (interleave_over). */
        LAST_END,
        /** The same, but those that came sooner give nothing more (interleave_once). */
        EACH_ROW_ONCE
    }

    /** numpy draws so many at a time, which decides how its numbers are used up. */
    private static final int DRAWN = 1000;

    Interleave {
        probabilities = List.copyOf(probabilities);
        double sum = probabilities.stream().mapToDouble(Double::doubleValue).sum();
        if (!probabilities.isEmpty() && !(Math.abs(sum - 1) < 1e-8)) {
            throw new UserError("interleave_probs: must add up to 1, but add up to %s".formatted(sum));
        }
        if (probabilities.stream().anyMatch(each -> each < 0 || (until != Until.FIRST_END && each == 0))) {
            throw new UserError(
                    "interleave_probs: must not be negative, nor 0 but with interleave_under: the others would never end");
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
        int rounds = (until == Until.FIRST_END ? lengths.min() : lengths.max()).orElseThrow();
        return IntStream.range(0, rounds)
                .flatMap(round -> sets.stream()
                        .filter(set -> until != Until.EACH_ROW_ONCE || round < set.length)
                        .mapToInt(set -> set[round % set.length]))
                .toArray();
    }

    private int[] drawn(List<int[]> sets, long seed) {
        double[] weights = weights(sets.size());
        Pcg64 random = new Pcg64(seed);
        int[] next = new int[sets.size()];
        boolean[] ended = new boolean[sets.size()];
        IntStream.Builder rows = IntStream.builder();
        int open = until == Until.FIRST_END ? 1 : sets.size();
        while (true) {
            for (int set : random.choice(weights, DRAWN)) {
                if (open == 0) {
                    return rows.build().toArray();
                }
                if (until == Until.EACH_ROW_ONCE && ended[set]) {
                    continue;
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
