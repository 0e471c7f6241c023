package dev.lathe.train;

import dev.lathe.data.Sample;
import dev.lathe.tensor.Segments;
import dev.lathe.tensor.Torch;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * Samples laid end to end, so that padding costs nothing. At the end a few idle rows, a segment of their own without any
 * target, fill up to a multiple of {@link #ROWS} (ADR 0005): the libraries underneath compile a kernel for every shape they meet, and
 * so meet few.
 *
 * @param ids [rows]
 * @param positions [rows] for the rotary embedding
 * @param segments runs of tokens that see each other
 * @param targets [rows] the token each one is to predict, or {@link Sample#IGNORED}: labels shifted by one within a
 *     sample
 * @param samples [rows] the sample's number within the step, for its randomness
 * @param places [rows] the token's place within its sample, likewise
 * @param tokens of the samples; the rest is idle
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
        int tokens,
        int supervised,
        int longest) {
    static final int ROWS = 32;

    /** The reference pads batches of supervised rows to a multiple of this. */
    private static final int PADDED_TO = 8;

    /** @param first number of the first sample within its step */
    public static MicroBatch of(List<Sample> samples, int first) {
        int tokens = samples.stream().mapToInt(Sample::tokens).sum();
        int rows = filled(tokens);
        MicroBatch batch = new MicroBatch(
                Arrays.copyOf(join(samples.stream().map(Sample::inputIds)), rows),
                Arrays.copyOf(join(samples.stream().map(Sample::positions)), rows),
                new Segments(join(Stream.concat(
                        samples.stream().map(Sample::segments),
                        rows > tokens ? Stream.of(new int[] {rows - tokens}) : Stream.empty()))),
                new int[rows],
                new int[rows],
                new int[rows],
                tokens,
                samples.stream().mapToInt(Sample::supervised).sum(),
                longest(samples));
        int at = 0;
        for (int i = 0; i < samples.size(); i++) {
            int[] labels = samples.get(i).labels();
            for (int place = 0; place < labels.length; place++, at++) {
                batch.targets[at] = place + 1 < labels.length ? labels[place + 1] : Sample.IGNORED;
                batch.samples[at] = first + i;
                batch.places[at] = place;
            }
        }
        Arrays.fill(batch.targets, tokens, rows, Sample.IGNORED);
        return batch;
    }

    /** The next step: of {@link #ROWS}; where a library prepares for each number of rows, twice or four times that. */
    private static int filled(int tokens) {
        int steps = Torch.takesAnyRows() ? 1 : tokens > 1024 ? 4 : tokens > 512 ? 2 : 1;
        return roundedUp(tokens, ROWS * steps);
    }

    /** Tokens of the longest sample as the reference would have padded it. */
    static int longest(List<Sample> samples) {
        int tokens = samples.stream().mapToInt(Sample::tokens).max().orElse(0);
        return roundedUp(tokens, PADDED_TO);
    }

    private static int roundedUp(int count, int step) {
        return Math.ceilDiv(count, step) * step;
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

    private static int[] join(Stream<int[]> pieces) {
        return pieces.flatMapToInt(Arrays::stream).toArray();
    }
}
