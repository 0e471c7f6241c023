package dev.lathe.run;

import dev.lathe.data.DataReport;
import dev.lathe.data.LoadedData;
import dev.lathe.data.Sample;
import dev.lathe.data.TokenizedData;
import dev.lathe.model.DecoderSpec;
import dev.lathe.model.LoadedModel;
import dev.lathe.run.config.Configuration;
import dev.lathe.run.config.TrainRun;
import dev.lathe.tensor.DType;
import dev.lathe.tensor.Torch;
import dev.lathe.text.ChatEncoder;
import dev.lathe.train.Checkpoints;
import dev.lathe.train.Evaluation;
import dev.lathe.train.Event;
import dev.lathe.train.EventListener;
import dev.lathe.train.Events;
import dev.lathe.train.Interval;
import dev.lathe.train.LanguageModeling;
import dev.lathe.train.Objective;
import dev.lathe.train.Optimizer;
import dev.lathe.train.Passes;
import dev.lathe.train.Progress;
import dev.lathe.train.StepPlan;
import dev.lathe.train.Trainer;
import dev.lathe.train.Tuning;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A training run that leaves nothing behind: put together and driven as {@link TrainingRun} does it, but nothing is
 * evaluated, saved or drawn. For measuring.
 */
public final class TrainingTrial {
    /**
     * What the run was put together from.
     *
     * @param compute element type of the arithmetic
     * @param passes how a step's samples are laid out
     * @param recompute whether all activations are computed again in the backward pass
     */
    public record Parts(
            LoadedModel model,
            Tuning tuning,
            Optimizer optimizer,
            StepPlan plan,
            TokenizedData samples,
            Passes passes,
            DType compute,
            boolean recompute) {}

    /** Is told what happens, on the thread that trains. */
    public interface Audience extends EventListener {
        /** Everything is in place; the first step begins when this returns. */
        void assembled(Parts parts);
    }

    /** Makes samples for a model whose data set does not matter. */
    @FunctionalInterface
    public interface Samples {
        /** @param cutoff tokens of the longest sample allowed */
        List<Sample> of(DecoderSpec spec, int cutoff);
    }

    private final Host host;
    private final Configuration configuration;
    private final TrainRun run;

    public TrainingTrial(Host host, Configuration configuration) {
        this.host = host;
        this.configuration = configuration;
        this.run = TrainRun.of(configuration);
    }

    /** Trains all steps; libtorch is used from the calling thread. */
    public void run(Optional<Samples> samples, Audience audience) {
        configuration.notices().forEach(notice -> host.say("Notice: " + notice));
        Torch.start(host.threads());
        StartingModel start = new StartingModel(host.choosing("output_dir"), run);
        Continuation anew = new Continuation(Optional.empty(), false);
        VocabularyGrowth.Grown grown = start.open(anew, () -> {});
        try (LoadedModel opened = grown.model()) {
            ChatEncoder encoder = DataSource.encoder(host, run.data().template(), opened.tokenizer());
            LoadedData data = samples.map(source -> inMemory(source.of(opened.spec(), cutoff(opened.spec()))))
                    .orElseGet(() ->
                            DataSource.of(host, run).load(encoder, opened.spec().vocabulary()));
            LoadedModel model = SpecialTokenIds.align(opened, encoder.tokenizer());
            RunParts parts = RunParts.of(host, configuration, run, model, data);
            train(parts, start.tuning(anew, new VocabularyGrowth.Grown(model, grown.resized()), parts), audience);
        }
    }

    private int cutoff(DecoderSpec spec) {
        return Math.min(run.data().cutoffLen(), spec.maxPositions());
    }

    private void train(RunParts parts, Tuning tuning, Audience audience) {
        Optimizer optimizer = parts.optimizer(tuning.parameters());
        Events events = new Events(List.of(audience));
        TokenizedData samples = parts.data().train().samples();
        Objective objective = new LanguageModeling(false, parts.routerBalance());
        audience.assembled(new Parts(
                parts.model(),
                tuning,
                optimizer,
                parts.plan(),
                samples,
                Passes.of(objective, tuning.decoder()),
                parts.arithmetic().compute(),
                run.training().memoryBudget().orElse(1) == 0));
        events.publish(new Event.RunStarted(parts.facts(tuning, 0)));
        new Trainer(
                        parts.trainerSettings(),
                        parts.loop(tuning),
                        objective,
                        optimizer,
                        tuning.parameters(),
                        samples,
                        new Evaluation(List.of(), new Interval.Never(), 1, events, host::seconds),
                        nothingSaved(events),
                        new Trainer.Surroundings(events, host::seconds, host.memory(), () -> false))
                .run(new Progress(0, parts.plan().totalSteps(), 0, 0, 0));
    }

    private Checkpoints nothingSaved(Events events) {
        Checkpoints.Settings never =
                new Checkpoints.Settings(run.checkpoints().outputDir(), new Interval.Never(), 0, Optional.empty());
        return new Checkpoints(never, host.files(), List.of(), events);
    }

    private static LoadedData inMemory(List<Sample> samples) {
        DataReport report = new DataReport(
                samples.size(),
                samples.size(),
                0,
                0,
                0,
                Map.of(),
                samples.size(),
                samples.stream().mapToLong(Sample::tokens).sum(),
                samples.stream().mapToLong(Sample::supervised).sum(),
                samples.stream().mapToInt(Sample::tokens).max().orElse(0));
        return new LoadedData(
                new LoadedData.Set(Optional.empty(), TokenizedData.of(samples), report),
                List.of(),
                "made for this trial");
    }
}
