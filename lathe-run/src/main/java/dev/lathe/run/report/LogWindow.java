package dev.lathe.run.report;

import dev.lathe.train.Event.StepDone;
import dev.lathe.train.Progress;
import java.util.Optional;

/** Gathers steps until a line is due; a logged loss is the mean since the last line, as Hugging Face's. */
final class LogWindow {
    /**
     * A line. Gradient norm, learning rate and memory are the last step's; loss is the mean, tokens and seconds the sums
     * of the window.
     */
    record Line(
            Progress progress,
            double loss,
            double gradNorm,
            double learningRate,
            long tokens,
            double seconds,
            long residentBytes) {}

    private final LogRule rule;
    private double losses;
    private long steps;
    private long tokens;
    private double seconds;

    LogWindow(LogRule rule) {
        this.rule = rule;
    }

    Optional<Line> add(StepDone done) {
        losses += done.loss();
        steps++;
        tokens += done.cost().tokens();
        seconds += done.cost().seconds();
        if (!rule.due(done.progress())) {
            return Optional.empty();
        }
        Line line = new Line(
                done.progress(),
                losses / steps,
                done.gradNorm(),
                done.learningRate(),
                tokens,
                seconds,
                done.cost().residentBytes());
        losses = 0;
        steps = 0;
        tokens = 0;
        seconds = 0;
        return Optional.of(line);
    }
}
