package dev.lathe.train;

import dev.lathe.data.Sample;
import dev.lathe.data.TokenizedData;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SequencedMap;

/**
 * Scores held-back data now and then, as Hugging Face's Trainer counts: a data set's loss is the mean over its samples of
 * the loss of the batch each is in, and that is divided, as in training, by the labels before the shift. The accuracy is
 * the mean over samples.
 */
public final class Evaluation {
    /**
     * @param prefix of its metrics: {@code eval_}, or {@code eval_name_} where each data set counts for itself
     */
    public record HeldBack(String prefix, TokenizedData data) {}

    private final List<HeldBack> sets;
    private final Interval interval;
    private final int batchSize;
    private final Events events;
    private final Stopwatch stopwatch;
    private SequencedMap<String, Double> latest = new LinkedHashMap<>();
    private long latestStep = -1;

    public Evaluation(List<HeldBack> sets, Interval interval, int batchSize, Events events, Stopwatch stopwatch) {
        this.sets = List.copyOf(sets);
        this.interval = interval;
        this.batchSize = batchSize;
        this.events = events;
        this.stopwatch = stopwatch;
    }

    void runIfDue(Progress progress, StepPlan plan, LayerLoop loop, Objective objective) {
        if (interval.due(progress.step(), plan)) {
            run(progress, loop, objective);
        }
    }

    /** Scores everything held back and publishes it. */
    public void run(Progress progress, LayerLoop loop, Objective objective) {
        latest = new LinkedHashMap<>();
        latestStep = progress.step();
        for (HeldBack set : sets) {
            double begin = stopwatch.seconds();
            Score score = score(set.data(), loop, objective);
            double seconds = Math.max(1e-9, stopwatch.seconds() - begin);
            long batches = (set.data().size() + batchSize - 1L) / batchSize;
            SequencedMap<String, Double> metrics = new LinkedHashMap<>();
            metrics.put(set.prefix() + "loss", score.loss());
            score.accuracy().ifPresent(accuracy -> metrics.put(set.prefix() + "accuracy", accuracy));
            metrics.put(set.prefix() + "runtime", seconds);
            metrics.put(set.prefix() + "samples_per_second", set.data().size() / seconds);
            metrics.put(set.prefix() + "steps_per_second", batches / seconds);
            latest.putAll(metrics);
            events.publish(new Event.Evaluated(progress, metrics));
        }
    }

    /** A metric of the evaluation after {@code step}; empty when there was none after that step. */
    Optional<Double> at(long step, String metric) {
        return step == latestStep ? Optional.ofNullable(latest.get(metric)) : Optional.empty();
    }

    private record Score(double loss, OptionalDouble accuracy) {}

    private Score score(TokenizedData data, LayerLoop loop, Objective objective) {
        double sum = 0;
        List<Double> accuracies = new ArrayList<>();
        for (int from = 0; from < data.size(); from += batchSize) {
            List<Sample> samples = new ArrayList<>();
            for (int i = from; i < Math.min(from + batchSize, data.size()); i++) {
                samples.add(data.get(i));
            }
            MicroBatch batch = MicroBatch.of(samples, 0);
            Objective.Score score = objective.evaluate(loop, batch);
            sum += score.loss() / Math.max(1, batch.supervised()) * samples.size();
            accuracies.addAll(score.accuracies());
        }
        return new Score(
                sum / data.size(),
                accuracies.stream().mapToDouble(accuracy -> accuracy).average());
    }
}
