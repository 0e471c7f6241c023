package dev.lathe.train;

import dev.lathe.data.EpochOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Which samples each optimizer step sees: a pure function of the step, so that a resumed run needs to know nothing but
 * its number. An epoch's last step may have fewer micro-batches, and its last micro-batch fewer samples.
 *
 * @param batchSize samples of a micro-batch
 * @param accumulation micro-batches of a step
 * @param epochs passes over the data, with fraction; counts only when {@code maxSteps} is not above 0
 */
public record StepPlan(EpochOrder order, int batchSize, int accumulation, double epochs, long maxSteps) {
    /** Indices of a step's samples, by micro-batch, and the epochs done after it. */
    public record Step(List<int[]> microBatches, double epochAfter) {}

    long microBatchesPerEpoch() {
        return (order.samples() + batchSize - 1) / batchSize;
    }

    public long stepsPerEpoch() {
        return Math.max(1, (microBatchesPerEpoch() + accumulation - 1) / accumulation);
    }

    public long totalSteps() {
        return maxSteps > 0 ? maxSteps : (long) Math.ceil(epochs * stepsPerEpoch());
    }

    /** Passes over the data that the run begins. */
    public double totalEpochs() {
        return maxSteps > 0 ? (double) maxSteps / stepsPerEpoch() : epochs;
    }

    /** Step {@code index}, from 0. */
    public Step step(long index) {
        long epoch = index / stepsPerEpoch();
        long first = index % stepsPerEpoch() * accumulation;
        long end = Math.min(first + accumulation, microBatchesPerEpoch());
        int from = Math.toIntExact(first * batchSize);
        int[] samples = order.order(Math.toIntExact(epoch), from, (int) Math.min(end * batchSize, order.samples()));
        List<int[]> microBatches = new ArrayList<>();
        for (long micro = first; micro < end; micro++) {
            int at = Math.toIntExact(micro * batchSize) - from;
            microBatches.add(Arrays.copyOfRange(samples, at, Math.min(at + batchSize, samples.length)));
        }
        return new Step(microBatches, epoch + (double) end / microBatchesPerEpoch());
    }

    /** Whether the step that makes {@code done} steps ends an epoch. */
    public boolean endsEpoch(long done) {
        return done % stepsPerEpoch() == 0;
    }
}
