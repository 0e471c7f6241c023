package dev.lathe.run.config;

import java.util.Optional;

/**
 * Evaluation on held-back rows.
 *
 * @param atEnd once more when training has ended
 * @param batch rows of a batch
 * @param accuracy whether tokens guessed right are counted
 * @param sampleAnswers questions that are asked before and after training
 * @param best present when the run ends with its best checkpoint
 */
public record EvaluationConfig(
        When when, boolean atEnd, int batch, boolean accuracy, int sampleAnswers, Optional<BestModel> best) {
    /**
     * What best means.
     *
     * @param metric {@code eval_loss}
     * @param greater whether more is better
     */
    public record BestModel(String metric, boolean greater) {}

    static EvaluationConfig of(Settings s) {
        Optional<BestModel> best = s.flag("load_best_model_at_end")
                ? Optional.of(new BestModel(
                        "eval_loss", s.optionalFlag("greater_is_better").orElse(false)))
                : Optional.empty();
        return new EvaluationConfig(
                s.when("eval_strategy", "eval_steps"),
                s.flag("do_eval"),
                s.whole("per_device_eval_batch_size"),
                s.flag("compute_accuracy"),
                s.whole("sample_answers"),
                best);
    }
}
