package dev.lathe.train;

import dev.lathe.base.ResidentMemory;
import dev.lathe.data.TokenizedData;
import dev.lathe.tensor.Noise;
import dev.lathe.tensor.Parameter;
import dev.lathe.tensor.Scope;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.function.BooleanSupplier;

/** The training loop. Whatever a run does differently was put in place when its parts were assembled. */
public final class Trainer {
    /** What stays the same from run to run of a process. */
    public record Surroundings(
            Events events, Stopwatch stopwatch, ResidentMemory memory, BooleanSupplier interrupted) {}

    /** @param seed of dropout */
    public record Settings(StepPlan plan, LearningRate rate, GradientClip clip, long seed) {
        /** Whether a block's parameters change in the backward pass, in every step that is a single pass. */
        public boolean updatesInBackward() {
            return Updates.areInBackward(clip, 1);
        }
    }

    private final Settings settings;
    private final LayerLoop loop;
    private final Objective objective;
    private final Passes passes;
    private final Updates updates;
    private final TokenizedData data;
    private final Evaluation evaluation;
    private final Checkpoints checkpoints;
    private final Surroundings surroundings;

    public Trainer(
            Settings settings,
            LayerLoop loop,
            Objective objective,
            Optimizer optimizer,
            List<Parameter> parameters,
            TokenizedData data,
            Evaluation evaluation,
            Checkpoints checkpoints,
            Surroundings surroundings) {
        this.settings = settings;
        this.loop = loop;
        this.objective = objective;
        this.passes = Passes.of(objective, loop.decoder());
        this.updates = new Updates(optimizer, settings.clip(), loop.decoder(), parameters);
        this.data = data;
        this.evaluation = evaluation;
        this.checkpoints = checkpoints;
        this.surroundings = surroundings;
    }

    /**
     * Trains from where {@code progress} stands to the end, or until it is interrupted.
     *
     * @return to be published once the result is written, so that who reads of the end finds it
     */
    public Event.RunFinished run(Progress progress) {
        Progress start = progress;
        double begin = surroundings.stopwatch().seconds();
        double losses = 0;
        boolean stopped = surroundings.interrupted().getAsBoolean();
        boolean warned = false;
        while (progress.step() < settings.plan().totalSteps() && !stopped) {
            Event.StepDone done = step(progress);
            progress = done.progress();
            losses += done.loss();
            surroundings.events().publish(done);
            warned = warned || isSpoilt(done);
            publishExpertUse(progress);
            evaluation.runIfDue(progress, settings.plan(), loop, objective);
            stopped = surroundings.interrupted().getAsBoolean();
            checkpoints.saveIfDue(progress, settings.plan(), stopped);
        }
        return end(start, progress, losses, surroundings.stopwatch().seconds() - begin);
    }

    /** Whether the step's numbers are none any more; said the first time. */
    private boolean isSpoilt(Event.StepDone done) {
        if (Double.isFinite(done.loss()) && Double.isFinite(done.gradNorm())) {
            return false;
        }
        surroundings
                .events()
                .publish(new Event.Notice(
                        "step %d: the loss is %s, the gradient norm %s. Such a run seldom recovers: stop it, and start from the last good checkpoint with a smaller learning_rate, or with bf16: false if that was on"
                                .formatted(done.progress().step(), number(done.loss()), number(done.gradNorm()))));
        return true;
    }

    private static String number(double value) {
        return Double.isNaN(value) ? "not a number" : Double.isInfinite(value) ? "infinite" : "%.4g".formatted(value);
    }

    private void publishExpertUse(Progress progress) {
        SortedMap<Integer, long[]> use = objective.takeExpertUse();
        if (!use.isEmpty()) {
            surroundings.events().publish(new Event.ExpertsUsed(progress, use));
        }
    }

    private Event.StepDone step(Progress progress) {
        double before = surroundings.stopwatch().seconds();
        StepPlan.Step plan = settings.plan().step(progress.step());
        List<MicroBatch> step = passes.of(plan, data);
        long divisor = step.stream().mapToLong(MicroBatch::supervised).sum();
        double rate = settings.rate().at(progress.step());
        try (Scope scope = Scope.open(); // the smallest leftover would keep the allocator from giving memory back
                Updates.Update update = updates.begin(step.size(), rate)) {
            LayerLoop layers = loop.telling(update);
            double loss = 0;
            for (MicroBatch batch : step) {
                loss += objective.accumulate(layers, batch, noise(progress, batch), divisor);
            }
            double norm = update.finish();
            StepCost cost = cost(step, surroundings.stopwatch().seconds() - before);
            return new Event.StepDone(after(progress, plan, step), loss, norm, rate, cost);
        }
    }

    private Optional<Noise> noise(Progress progress, MicroBatch batch) {
        return Optional.of(new Noise(settings.seed(), progress.step(), batch.samples(), batch.places()));
    }

    private Progress after(Progress progress, StepPlan.Step plan, List<MicroBatch> step) {
        long tokens = step.stream().mapToLong(MicroBatch::tokens).sum();
        long samples =
                plan.microBatches().stream().mapToLong(batch -> batch.length).sum();
        return new Progress(
                progress.step() + 1,
                progress.totalSteps(),
                plan.epochAfter(),
                progress.tokens() + tokens,
                progress.samples() + samples);
    }

    private StepCost cost(List<MicroBatch> step, double seconds) {
        long tokens = step.stream().mapToLong(MicroBatch::tokens).sum();
        return new StepCost(
                tokens,
                seconds,
                surroundings.memory().bytes(),
                surroundings.memory().peakBytes());
    }

    private Event.RunFinished end(Progress start, Progress end, double losses, double seconds) {
        RunSummary summary = new RunSummary(
                seconds,
                end.step() == 0 ? 0 : losses / end.step(),
                end.samples() - start.samples(),
                end.tokens() - start.tokens(),
                end.step() < settings.plan().totalSteps());
        return new Event.RunFinished(end, summary);
    }
}
