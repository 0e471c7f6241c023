package dev.lathe.train;

import java.nio.file.Path;
import java.util.Optional;

/**
 * Remembers which checkpoint a metric was best at, for {@code load_best_model_at_end}. Steps that are not saved, or not
 * evaluated, do not compete.
 */
public final class BestModel {
    private final String metric;
    private final boolean greaterIsBetter;
    private final Evaluation evaluation;
    private Optional<Best> best = Optional.empty();

    /** @param checkpoint where that step is saved */
    public record Best(long step, double value, Path checkpoint) {}

    /** @param metric such as {@code eval_loss} */
    public BestModel(String metric, boolean greaterIsBetter, Evaluation evaluation) {
        this.metric = metric;
        this.greaterIsBetter = greaterIsBetter;
        this.evaluation = evaluation;
    }

    /** After the evaluation and before the saving of a step that is saved. */
    void look(long step, Path checkpoint) {
        Optional<Double> value = evaluation.at(step, metric);
        if (value.isPresent()
                && best.map(old -> better(value.get(), old.value())).orElse(true)) {
            best = Optional.of(new Best(step, value.get(), checkpoint));
        }
    }

    /** On resume: what was best so far. */
    public void restore(Best earlier) {
        best = Optional.of(earlier);
    }

    public Optional<Best> best() {
        return best;
    }

    Optional<Path> checkpoint() {
        return best.map(Best::checkpoint);
    }

    private boolean better(double a, double b) {
        return Double.isNaN(b) || (greaterIsBetter ? a > b : a < b);
    }
}
