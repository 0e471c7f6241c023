package dev.lathe.data;

import java.util.List;

/** Samples of stages sft and pt; those of {@link StreamedSamples} can only be had one after the other. */
public interface TokenizedData extends Samples<Sample> {
    @Override
    default Class<Sample> kind() {
        return Sample.class;
    }

    /** Samples that are already in memory. */
    static TokenizedData of(List<Sample> samples) {
        return new HeapSamples(List.copyOf(samples));
    }
}
