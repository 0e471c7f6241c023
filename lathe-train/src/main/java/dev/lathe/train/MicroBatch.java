package dev.lathe.train;

import dev.lathe.data.Sample;
import dev.lathe.tensor.Segments;
import java.util.Arrays;
import java.util.List;

/**
 * Samples laid end to end, so that padding costs nothing.
 *
 * @param ids [tokens]
 * @param positions [tokens] for the rotary embedding
 * @param segments runs of tokens that see each other
 * @param targets [tokens] the token each one is to predict, or {@link Sample#IGNORED}: labels shifted by one within a
 *     sample
 * @param samples [tokens] the sample's number within the step, for its randomness
 * @param places [tokens] the token's place within its sample, likewise
 * @param supervised labels that count, before the shift: the reference divides a step's loss by their sum
 * @param longest tokens of the longest sample as the reference would have padded it; a dynamic rope depends on it
 */
@SuppressWarnings("ArrayRecordComponent") // fresh arrays for one step, never compared
public record MicroBatch(
        int[] ids,
        int[] positions,
        Segments segments,
        int[] targets,
        int[] samples,
        int[] places,
        int supervised,
        int longest) {
    /** The reference pads training batches to a multiple of this. */
    static final int PADDED_TO = 8;

    /**
     * @param first number of the first sample within its step
     * @param paddedTo what the reference would round the longest sample up to a multiple of; 1 for none
     */
    public static MicroBatch of(List<Sample> samples, int first, int paddedTo) {
        int tokens = samples.stream().mapToInt(Sample::tokens).sum();
        MicroBatch batch = new MicroBatch(
                join(samples.stream().map(Sample::inputIds).toList()),
                join(samples.stream().map(Sample::positions).toList()),
                new Segments(join(samples.stream().map(Sample::segments).toList())),
                new int[tokens],
                new int[tokens],
                new int[tokens],
                samples.stream().mapToInt(Sample::supervised).sum(),
                (samples.stream().mapToInt(Sample::tokens).max().orElse(0) + paddedTo - 1) / paddedTo * paddedTo);
        int at = 0;
        for (int i = 0; i < samples.size(); i++) {
            int[] labels = samples.get(i).labels();
            for (int place = 0; place < labels.length; place++, at++) {
                batch.targets[at] = place + 1 < labels.length ? labels[place + 1] : Sample.IGNORED;
                batch.samples[at] = first + i;
                batch.places[at] = place;
            }
        }
        return batch;
    }

    public int tokens() {
        return ids.length;
    }

    /** Indices of the tokens that have a target. */
    int[] supervisedRows() {
        int[] rows = new int[targets.length];
        int count = 0;
        for (int i = 0; i < targets.length; i++) {
            if (targets[i] != Sample.IGNORED) {
                rows[count++] = i;
            }
        }
        return Arrays.copyOf(rows, count);
    }

    private static int[] join(List<int[]> pieces) {
        return pieces.stream().flatMapToInt(Arrays::stream).toArray();
    }
}
