package dev.lathe.data;

import java.util.List;

/** Samples held in memory. */
record HeapSamples(List<Sample> samples) implements TokenizedData {
    @Override
    public int size() {
        return samples.size();
    }

    @Override
    public Sample get(int index) {
        Sample sample = samples.get(index);
        return new Sample(
                sample.inputIds().clone(),
                sample.labels().clone(),
                sample.positions().clone(),
                sample.segments().clone());
    }

    @Override
    public int tokens(int index) {
        return samples.get(index).tokens();
    }
}
