package dev.lathe.data;

import java.util.List;

/**
 * Samples ready for training, immutable, at any place in any order, from any thread; those of {@link StreamedSamples}
 * alone one after the other.
 */
public interface TokenizedData {
    int size();

    /** Sample {@code index}, 0 to size - 1, in arrays of its own. */
    Sample get(int index);

    /** Tokens of sample {@code index}, without reading it. */
    int tokens(int index);

    /** Samples that are already in memory. */
    static TokenizedData of(List<Sample> samples) {
        return new HeapSamples(List.copyOf(samples));
    }
}
