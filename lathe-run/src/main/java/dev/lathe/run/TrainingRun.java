package dev.lathe.run;

import dev.lathe.data.LoadedData;
import dev.lathe.model.LoadedModel;
import dev.lathe.run.VocabularyGrowth.Grown;
import dev.lathe.run.config.Configuration;
import dev.lathe.run.config.TrainRun;
import dev.lathe.run.report.TrainerState;
import dev.lathe.tensor.NativeMemory;
import dev.lathe.tensor.Owner;
import dev.lathe.tensor.Torch;
import dev.lathe.text.ChatEncoder;
import dev.lathe.train.AdamW;
import dev.lathe.train.Artifact;
import dev.lathe.train.BestModel;
import dev.lathe.train.Checkpoints;
import dev.lathe.train.Evaluation;
import dev.lathe.train.Event;
import dev.lathe.train.EventListener;
import dev.lathe.train.Events;
import dev.lathe.train.LanguageModeling;
import dev.lathe.train.LayerLoop;
import dev.lathe.train.Progress;
import dev.lathe.train.Trainer;
import dev.lathe.train.TrainingState;
import dev.lathe.train.Tuning;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** {@code lathe train}: puts the parts of a run together, in the order in which a mistake is cheapest to find. */
public final class TrainingRun {
    private final Host host;
    private final Configuration configuration;
    private final List<EventListener> audience;
    private final TrainRun run;
    private final StartingModel start;

    public TrainingRun(Host host, Configuration configuration) {
        this(host, configuration, List.of());
    }

    /** @param audience is told what happens, beside the listeners that the configuration asks for */
    public TrainingRun(Host host, Configuration configuration, List<? extends EventListener> audience) {
        this.host = host.choosing("output_dir");
        this.configuration = configuration;
        this.audience = List.copyOf(audience);
        this.run = TrainRun.of(configuration);
        this.start = new StartingModel(this.host, run);
    }

    /**
     * Trains, and leaves the result in the output folder.
     *
     * @return whether the last step was reached; otherwise it was interrupted, and a checkpoint lets it go on
     */
    public boolean run() {
        configuration.notices().forEach(notice -> host.say("Notice: " + notice));
        host.files().probe(output());
        Continuation continuation = Continuation.of(run.checkpoints(), host.files());
        String name = run.model().nameOrPath();
        Grown grown = NativeMemory.during("loading " + name, LessMemory.LOADING, () -> open(continuation));
        try (LoadedModel model = grown.model();
                Owner owner = new Owner()) {
            ChatEncoder encoder = DataSource.encoder(host, run.data().template(), model.tokenizer());
            LoadedData data =
                    DataSource.of(host, run).load(encoder, model.spec().vocabulary());
            LoadedModel aligned = SpecialTokenIds.align(model, encoder.tokenizer());
            return NativeMemory.during(
                    "training",
                    LessMemory.TRAINING,
                    () -> train(owner, continuation, new Grown(aligned, grown.resized()), encoder, data));
        }
    }

    /** The library is loaded while the base model's files are opened, which uses none of it: either takes half a second. */
    private Grown open(Continuation continuation) {
        try (Aside library = Aside.begin("lathe-libtorch", Torch::load)) {
            return start.open(continuation, () -> {
                library.await();
                Torch.start(host.threads());
            });
        }
    }

    private boolean train(Owner owner, Continuation continuation, Grown grown, ChatEncoder encoder, LoadedData data) {
        LoadedModel model = grown.model();
        RunParts parts = RunParts.of(host, configuration, run, model, data);
        LanguageModeling objective = new LanguageModeling(run.evaluation().accuracy(), parts.routerBalance());
        Tuning tuning = preparing(owner, () -> start.tuning(continuation, grown, parts));
        AdamW optimizer = preparing(owner, () -> parts.optimizer(tuning.parameters()));
        TrainingState state = new TrainingState(
                tuning.parameters(), optimizer, parts.identity(), host.clock().millis());
        Progress from = continuation.start(state, parts.plan(), host::say);
        if (continuation.isFinished(from, output())) {
            host.say(
                    "%s holds this training's result: all its %d steps are done, and nothing is left to do. To train on, raise num_train_epochs or max_steps; to start anew, set overwrite_output_dir: true"
                            .formatted(output(), from.step()));
            return true;
        }
        Optional<StreamPlace> stream = StreamPlace.of(data);
        stream.filter(place -> continuation.whole())
                .ifPresent(place -> place.restore(continuation.checkpoint().orElseThrow()));
        Reporting reporting = reporting(parts, continuation);
        Events events = events(reporting);
        Evaluation evaluation = parts.evaluation(events);
        Optional<BestModel> best =
                run.evaluation().best().map(wanted -> new BestModel(wanted.metric(), wanted.greater(), evaluation));
        best.ifPresent(found -> continuation.bestSoFar().ifPresent(found::restore));
        Artifact tokenizer = (folder, files, progress) -> encoder.tokenizer().save(folder, files);
        List<Artifact> result = List.of(tuning.weights(), start.packedBase(model), tokenizer);
        List<Artifact> artifacts = new ArrayList<>(result);
        artifacts.addAll(List.of(trainerState(reporting, best), reporting.card(), state));
        stream.ifPresent(artifacts::add);
        LayerLoop loop = parts.loop(tuning);
        Optional<SampleAnswers> answers = sampleAnswers(encoder, data);
        answers.ifPresent(sample -> sample.show("Before training", tuning.decoder()));
        events.publish(new Event.RunStarted(parts.facts(tuning, from.step())));
        Event.RunFinished finished = new Trainer(
                        parts.trainerSettings(),
                        loop,
                        objective,
                        optimizer,
                        tuning.parameters(),
                        data.train().samples(),
                        evaluation,
                        new Checkpoints(parts.checkpointSettings(best), host.files(), artifacts, events),
                        new Trainer.Surroundings(events, host::seconds, host.memory(), host.interrupted()))
                .run(from);
        stream.flatMap(StreamPlace::summary).ifPresent(summary -> host.say("Data read in this run: " + summary));
        stream.ifPresent(place -> place.samples().close());
        Progress end = finished.progress();
        if (finished.summary().interrupted()) {
            events.publish(finished);
            host.say("Stopped at step %d of %d; run the same command again%s to go on"
                    .formatted(
                            end.step(),
                            end.totalSteps(),
                            run.checkpoints().resume().howToGoOn()));
            return false;
        }
        best.flatMap(BestModel::best).ifPresent(found -> state.restore(found.checkpoint(), parts.plan()));
        result.forEach(artifact -> artifact.write(output(), host.files(), end));
        events.publish(finished);
        if (run.evaluation().atEnd()) {
            evaluation.run(end, loop, objective);
        }
        answers.ifPresent(sample -> sample.show("After training", tuning.decoder()));
        host.say("Saved to " + output());
        return true;
    }

    private Path output() {
        return run.checkpoints().outputDir();
    }

    private Reporting reporting(RunParts parts, Continuation continuation) {
        return new Reporting(
                host,
                run,
                parts.plan(),
                parts.parametersWithoutEmbedding(),
                new CardFacts(run, configuration).facts(),
                continuation.checkpoint());
    }

    private Events events(Reporting reporting) {
        List<EventListener> listeners = new ArrayList<>(reporting.listeners());
        listeners.addAll(audience);
        return new Events(listeners);
    }

    private static <T> T preparing(Owner owner, Supplier<T> part) {
        return NativeMemory.during("preparing what is trained", LessMemory.PREPARING, () -> owner.own(part));
    }

    private Optional<SampleAnswers> sampleAnswers(ChatEncoder encoder, LoadedData data) {
        int count = run.evaluation().sampleAnswers();
        return count == 0 || data.evaluation().isEmpty()
                ? Optional.empty()
                : Optional.of(new SampleAnswers(
                        host, encoder, data.evaluation().getFirst().samples(), count));
    }

    private static Artifact trainerState(Reporting reporting, Optional<BestModel> best) {
        return (folder, files, progress) -> {
            best.flatMap(BestModel::best).ifPresent(found -> reporting
                    .state()
                    .best(new TrainerState.Best(
                            found.step(), found.value(), found.checkpoint().toString())));
            files.writeText(folder.resolve(TrainerState.NAME), reporting.state().text(progress));
        };
    }
}
