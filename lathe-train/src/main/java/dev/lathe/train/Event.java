package dev.lathe.train;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import java.util.SortedMap;

/** What happens in a run. The trainer publishes these and knows nothing of progress bars, log files and plots. */
public sealed interface Event {
    /** Everything is assembled and counted; the first step comes next. */
    record RunStarted(RunFacts facts) implements Event {}

    /**
     * One optimizer step is done.
     *
     * @param loss the step's loss: mean over the targets of the whole accumulated batch
     * @param gradNorm total L2 norm of the gradients before clipping
     * @param learningRate the rate that was in use in this step
     */
    record StepDone(Progress progress, double loss, double gradNorm, double learningRate, StepCost cost)
            implements Event {}

    /**
     * Which experts a step's tokens went to.
     *
     * @param choices by layer, how often each of its experts was chosen; not to be changed
     */
    record ExpertsUsed(Progress progress, SortedMap<Integer, long[]> choices) implements Event {
        /** The busiest expert's tokens over what an even split would give it, mean over layers; 1 is even. */
        public double imbalance() {
            return choices.values().stream()
                    .mapToDouble(counts -> {
                        long sum = Arrays.stream(counts).sum();
                        long busiest = Arrays.stream(counts).max().orElse(0);
                        return sum == 0 ? 1 : (double) busiest * counts.length / sum;
                    })
                    .average()
                    .orElse(1);
        }
    }

    /** Held-back data was scored: {@code eval_loss}, {@code eval_runtime} (seconds), ... in the order to show. */
    record Evaluated(Progress progress, SequencedMap<String, Double> metrics) implements Event {
        public Evaluated {
            metrics = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(metrics));
        }
    }

    /** {@code folder} is whole and on the medium. */
    record CheckpointSaved(Progress progress, Path folder) implements Event {}

    /** Something the user should know; one line, no final stop needed. */
    record Notice(String text) implements Event {}

    /** Training is over and its result is written, or it was interrupted after a last checkpoint. */
    record RunFinished(Progress progress, RunSummary summary) implements Event {}
}
