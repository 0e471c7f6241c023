package dev.lathe.data;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * What packing makes of rows of given lengths, without making it.
 *
 * @param packs how many samples
 * @param tokens in all of them
 * @param capacity of all of them together
 */
public record PackingForecast(long packs, long tokens, long capacity) {
    private static final int BATCH = 1000; // the reference's preprocessing_batch_size

    /** Rows longer than a pack are cut. {@code capacity}: tokens of a pack, at least 1. */
    public static PackingForecast of(IntStream lengths, int capacity) {
        int[] cut = lengths.filter(length -> length > 0)
                .map(length -> Math.min(length, capacity))
                .toArray();
        long packs = 0;
        for (int from = 0; from < cut.length; from += BATCH) {
            packs += Knapsack.pack(Arrays.copyOfRange(cut, from, Math.min(cut.length, from + BATCH)), capacity)
                    .size();
        }
        return new PackingForecast(packs, Arrays.stream(cut).asLongStream().sum(), packs * capacity);
    }

    /** The share of the room that is filled, 0 to 1. */
    public double efficiency() {
        return capacity == 0 ? 0 : (double) tokens / capacity;
    }
}
