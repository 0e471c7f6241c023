package dev.lathe.run.report;

import dev.lathe.train.Event;
import dev.lathe.train.RunFacts;
import dev.lathe.train.RunSummary;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** What the console says before a run, after it, and about what happens between its steps. */
final class RunText {
    private RunText() {}

    static List<String> before(RunFacts facts) {
        List<String> lines = new ArrayList<>();
        lines.add("Model    %s, stage %s in %s"
                .formatted(Amounts.printable(facts.model()), facts.stage(), facts.computeDtype()));
        lines.add("Trains   %s of %s parameters (%s): %s%s"
                .formatted(
                        Amounts.count(facts.trainableParameters()),
                        Amounts.count(facts.allParameters()),
                        Amounts.percent(facts.trainableParameters(), facts.allParameters()),
                        facts.finetuningType(),
                        facts.targets().isEmpty()
                                ? ""
                                : facts.targets().stream()
                                        .map(Amounts::printable)
                                        .collect(Collectors.joining(", ", " on ", ""))));
        long stepsToCome = facts.totalSteps() - facts.resumedFromStep();
        lines.addAll(facts.tokensPerEpoch() == 0 ? streamed(facts) : counted(facts, stepsToCome));
        // An adapter's gradients are so small that it is no news.
        if (facts.updatesInBackward() && !facts.finetuningType().equals("lora")) {
            lines.add("Updates  block by block in the backward pass, in every step that is a single pass");
        }
        if (facts.resumedFromStep() > 0) {
            lines.add("Resumes  after step %s, %s to go"
                    .formatted(Amounts.count(facts.resumedFromStep()), Amounts.count(stepsToCome)));
        }
        return lines;
    }

    private static List<String> counted(RunFacts facts, long stepsToCome) {
        return List.of(
                "Data     %s samples, %s tokens an epoch, %s of them supervised (%s)"
                        .formatted(
                                Amounts.count(facts.samples()),
                                Amounts.count(facts.tokensPerEpoch()),
                                Amounts.count(facts.supervisedTokensPerEpoch()),
                                Amounts.percent(facts.supervisedTokensPerEpoch(), facts.tokensPerEpoch())),
                "Steps    %s of %s x %s samples, %s an epoch, %s epochs; about %s tokens to come"
                        .formatted(
                                Amounts.count(facts.totalSteps()),
                                Amounts.count(facts.batchSize()),
                                Amounts.count(facts.accumulation()),
                                Amounts.count(facts.stepsPerEpoch()),
                                epochs(facts.epochs()),
                                Amounts.count(Math.round((double) facts.tokensPerEpoch()
                                        / Math.max(1, facts.stepsPerEpoch())
                                        * stepsToCome))));
    }

    /** Nobody has counted a stream. */
    private static List<String> streamed(RunFacts facts) {
        return List.of("Steps    %s of %s x %s samples of a stream"
                .formatted(
                        Amounts.count(facts.totalSteps()),
                        Amounts.count(facts.batchSize()),
                        Amounts.count(facts.accumulation())));
    }

    static String evaluated(Event.Evaluated evaluated) {
        return evaluated.metrics().entrySet().stream()
                .filter(metric -> !metric.getKey().endsWith("_per_second"))
                .map(metric -> metric.getKey().equals("eval_runtime")
                        ? String.format(Locale.ROOT, "in %.1f s", metric.getValue())
                        : "%s %s".formatted(Amounts.printable(metric.getKey()), Amounts.loss(metric.getValue())))
                .collect(Collectors.joining("  ", "step " + evaluated.progress().step() + "  ", ""));
    }

    static String saved(Event.CheckpointSaved saved) {
        return "saved    " + Amounts.printable(saved.folder().toString());
    }

    static String after(Event.RunFinished finished, long peakBytes) {
        RunSummary summary = finished.summary();
        String time = Durations.hms(Durations.ofSeconds(summary.seconds()));
        String pace = "mean loss %s, %s%s"
                .formatted(
                        Amounts.loss(summary.trainLoss()),
                        Amounts.tokensPerSecond(summary.tokens() / Math.max(1e-9, summary.seconds())),
                        peakBytes > 0 ? ", at most " + Amounts.gigabytes(peakBytes) + " of memory" : "");
        return summary.interrupted()
                ? "Stopped after step %s of %s, %s: %s"
                        .formatted(
                                Amounts.count(finished.progress().step()),
                                Amounts.count(finished.progress().totalSteps()),
                                time,
                                pace)
                : "Done     %s steps in %s: %s"
                        .formatted(Amounts.count(finished.progress().step()), time, pace);
    }

    private static String epochs(double epochs) {
        return new BigDecimal(epochs)
                .setScale(2, RoundingMode.HALF_UP)
                .stripTrailingZeros()
                .toPlainString();
    }
}
