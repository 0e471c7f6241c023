package dev.lathe.train;

import dev.lathe.data.Sample;
import dev.lathe.data.TokenizedData;
import dev.lathe.model.Decoder;
import dev.lathe.model.RopePlan;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Joins a step's micro-batches as long as they stay small: what a step adds up is the same, and few large products take less
 * time than many small ones. SmolLM2's matrices reach two thirds of the speed with 540 rows that they have with 1,400.
 *
 * @param tokens that a pass of joined micro-batches may have; 0 keeps each for itself. Never a question of the memory at
 *     hand, or results would be one
 * @param rope where it depends on the length of the longest sample, only those are joined that it treats alike
 */
public record Passes(int tokens, RopePlan rope) {
    /** From here on more rows gain next to nothing. */
    static final int TOKENS = 2048;

    /** For a decoder that is trained with {@code objective}. */
    public static Passes of(Objective objective, Decoder decoder) {
        return new Passes(objective.isSum() ? TOKENS : 0, decoder.spec().rope());
    }

    /** A step's passes through the model. */
    public List<MicroBatch> of(StepPlan.Step step, TokenizedData data) {
        return joined(step.microBatches().stream()
                .map(indices -> Arrays.stream(indices).mapToObj(data::get).toList())
                .toList());
    }

    /** @param microBatches samples of each */
    List<MicroBatch> joined(List<List<Sample>> microBatches) {
        List<MicroBatch> passes = new ArrayList<>();
        List<Sample> waiting = new ArrayList<>();
        int longest = 0;
        int first = 0;
        for (List<Sample> samples : microBatches) {
            int own = MicroBatch.longest(samples);
            if (!waiting.isEmpty() && (count(waiting) + count(samples) > tokens || !rope.rotatesAlike(longest, own))) {
                passes.add(MicroBatch.of(waiting, first));
                first += waiting.size();
                waiting.clear();
            }
            longest = waiting.isEmpty() ? own : Math.max(longest, own);
            waiting.addAll(samples);
        }
        passes.add(MicroBatch.of(waiting, first));
        return passes;
    }

    private static int count(List<Sample> samples) {
        return samples.stream().mapToInt(Sample::tokens).sum();
    }
}
