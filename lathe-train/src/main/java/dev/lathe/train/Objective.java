package dev.lathe.train;

import dev.lathe.tensor.Noise;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/** What is minimised. */
public interface Objective {
    /**
     * Adds a micro-batch's gradients to the parameters, in at most one pass through {@code loop}.
     *
     * @param divisor what the sum over the whole step is divided by
     * @return the micro-batch's share of the step's loss
     */
    double accumulate(LayerLoop loop, MicroBatch batch, Optional<Noise> noise, long divisor);

    /** Whether the loss of a step is a sum over samples, whichever micro-batches they are in. */
    default boolean isSum() {
        return true;
    }

    /**
     * How often each expert of each layer was chosen in training since this was last asked; empty for models without
     * experts.
     */
    default SortedMap<Integer, long[]> takeExpertUse() {
        return Collections.emptySortedMap();
    }

    /** The micro-batch's loss without gradients. */
    Score evaluate(LayerLoop loop, MicroBatch batch);

    /**
     * @param loss summed over targets
     * @param accuracies of each sample that has targets, the share of them that is the likeliest token; empty when they
     *     are not asked for
     */
    record Score(double loss, List<Double> accuracies) {}
}
