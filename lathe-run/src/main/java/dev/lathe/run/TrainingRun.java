package dev.lathe.run;

import dev.lathe.base.UserError;
import dev.lathe.data.LoadedData;
import dev.lathe.model.LoadedModel;
import dev.lathe.model.StoredLayout;
import dev.lathe.model.file.Checkpoint;
import dev.lathe.quant.Quantization;
import dev.lathe.run.config.Configuration;
import dev.lathe.run.config.LoraConfig;
import dev.lathe.run.config.StreamedWeights;
import dev.lathe.run.config.TrainRun;
import dev.lathe.run.report.TrainerState;
import dev.lathe.tensor.DType;
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
import dev.lathe.train.StepPlan;
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

    public TrainingRun(Host host, Configuration configuration) {
        this(host, configuration, List.of());
    }

    /** @param audience is told what happens, beside the listeners that the configuration asks for */
    public TrainingRun(Host host, Configuration configuration, List<? extends EventListener> audience) {
        this.host = host.choosing("output_dir");
        this.configuration = configuration;
        this.audience = List.copyOf(audience);
        this.run = TrainRun.of(configuration);
    }

    /**
     * Trains, and leaves the result in the output folder.
     *
     * @return whether the last step was reached; otherwise it was interrupted, and a checkpoint lets it go on
     */
    public boolean run() {
        configuration.notices().forEach(notice -> host.say("Notice: " + notice));
        Torch.start(host.threads());
        host.files().probe(run.checkpoints().outputDir());
        Continuation continuation = Continuation.of(run.checkpoints(), host.files());
        String name = run.model().nameOrPath();
        try (LoadedModel model = NativeMemory.during("loading " + name, LessMemory.LOADING, () -> open(continuation));
                Owner owner = new Owner()) {
            ChatEncoder encoder = DataSource.encoder(host, run.data().template(), model.tokenizer());
            LoadedData data =
                    DataSource.of(host, run).load(encoder, model.spec().vocabulary());
            LoadedModel aligned = SpecialTokenIds.align(model, encoder.tokenizer());
            return NativeMemory.during(
                    "training", LessMemory.TRAINING, () -> train(owner, continuation, aligned, encoder, data));
        }
    }

    LoadedModel open(Continuation continuation) {
        ModelSource source = new ModelSource(host, run.model());
        LoadedModel stored = stretched(source.open(run.training().seed()));
        boolean adapter = run.finetune() instanceof LoraConfig;
        refuseQuantised(stored, adapter, source.adapters().size());
        LoadedModel model = adapter ? loading().load(stored, compute(stored)) : stored;
        if (!adapter && continuation.weightsOnly().isPresent()) {
            try (model) {
                return model.with(StoredLayout.of(model.spec())
                        .reading(Checkpoint.open(continuation.weightsOnly().get())));
            }
        }
        List<Path> adapters = source.adapters();
        return InferenceModel.merged(model, adapters.subList(0, Math.max(0, adapters.size() - 1)));
    }

    /** What is streamed cannot be packed. */
    private WeightLoading loading() {
        WeightLoading loading = WeightLoading.of(run.model());
        return run.training().streamed() == StreamedWeights.ALWAYS ? loading.withDenseBlocks() : loading;
    }

    private LoadedModel stretched(LoadedModel model) {
        return run.model()
                .ropeScaling()
                .map(type -> new RopeStretch(type).forTraining(model, run.data().cutoffLen()))
                .orElse(model);
    }

    private void refuseQuantised(LoadedModel model, boolean adapter, int adapters) {
        Optional<String> method = Quantization.method(model);
        if (method.isPresent() && (!adapter || adapters > 1)) {
            throw new UserError("%s is quantised (%s), and quantised weights cannot be %s; %s"
                    .formatted(
                            model.name(),
                            method.get(),
                            adapter ? "merged into" : "trained",
                            adapter
                                    ? "name the last adapter only, or merge the others into the unquantised model first"
                                    : "set finetuning_type: lora, or name the model that they were made from"));
        }
        if (method.isPresent() && run.model().quantization().isPresent()) {
            host.say("Notice: quantization_bit: no effect: %s is quantised already (%s)"
                    .formatted(model.name(), method.get()));
        }
    }

    private DType compute(LoadedModel model) {
        return Arithmetic.training(run.training().precision(), model.spec().dtype())
                .compute();
    }

    /** What the weights under the adapter were packed as, to be kept beside it. */
    private Artifact base(LoadedModel model) {
        return Quantization.method(model).isPresent()
                ? (folder, files, progress) -> {}
                : run.model()
                        .quantization()
                        .map(packed -> new TrainedBase(packed, compute(model)).artifact())
                        .orElse((folder, files, progress) -> {});
    }

    private boolean train(
            Owner owner, Continuation continuation, LoadedModel model, ChatEncoder encoder, LoadedData data) {
        RunParts parts = RunParts.of(host, configuration, run, model, data);
        double balance = parts.routerBalance();
        Tuning tuning = preparing(owner, () -> tuning(continuation, model, parts));
        AdamW optimizer = preparing(owner, () -> parts.optimizer(tuning.parameters()));
        TrainingState state = new TrainingState(
                tuning.parameters(), optimizer, parts.identity(), host.clock().millis());
        Progress start = start(continuation, state, parts.plan());
        Path output = run.checkpoints().outputDir();
        if (isFinished(start, continuation, output)) {
            host.say(
                    "%s holds this training's result: all its %d steps are done, and nothing is left to do. To train on, raise num_train_epochs or max_steps; to start anew, set overwrite_output_dir: true"
                            .formatted(output, start.step()));
            return true;
        }
        Optional<StreamPlace> stream = StreamPlace.of(data);
        if (continuation.whole()) {
            stream.ifPresent(place -> place.restore(continuation.checkpoint().orElseThrow()));
        }
        Reporting reporting = new Reporting(
                host,
                run,
                parts.plan(),
                parts.parametersWithoutEmbedding(),
                new CardFacts(run, configuration).facts(),
                continuation.checkpoint());
        List<EventListener> listeners = new ArrayList<>(reporting.listeners());
        listeners.addAll(audience);
        Events events = new Events(listeners);
        Evaluation evaluation = parts.evaluation(events);
        Optional<BestModel> best =
                run.evaluation().best().map(wanted -> new BestModel(wanted.metric(), wanted.greater(), evaluation));
        best.ifPresent(found -> bestSoFar(continuation).ifPresent(found::restore));
        Artifact tokenizer = (folder, files, progress) -> encoder.tokenizer().save(folder, files);
        List<Artifact> artifacts = new ArrayList<>(List.of(
                tuning.weights(), base(model), tokenizer, trainerState(reporting, best), reporting.card(), state));
        stream.ifPresent(artifacts::add);
        Checkpoints checkpoints = new Checkpoints(parts.checkpointSettings(best), host.files(), artifacts, events);
        LanguageModeling objective = new LanguageModeling(run.evaluation().accuracy(), balance);
        LayerLoop loop = parts.loop(tuning);
        Optional<SampleAnswers> answers = sampleAnswers(encoder, data);
        answers.ifPresent(sample -> sample.show("Before training", tuning.decoder()));
        events.publish(new Event.RunStarted(parts.facts(tuning, start.step())));
        Event.RunFinished finished = new Trainer(
                        parts.trainerSettings(),
                        loop,
                        objective,
                        optimizer,
                        tuning.parameters(),
                        data.train().samples(),
                        evaluation,
                        checkpoints,
                        new Trainer.Surroundings(events, host::seconds, host.memory(), host.interrupted()))
                .run(start);
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
        List.of(tuning.weights(), base(model), tokenizer)
                .forEach(artifact -> artifact.write(output, host.files(), end));
        events.publish(finished);
        if (run.evaluation().atEnd()) {
            evaluation.run(end, loop, objective);
        }
        answers.ifPresent(sample -> sample.show("After training", tuning.decoder()));
        host.say("Saved to " + output);
        return true;
    }

    private static <T> T preparing(Owner owner, Supplier<T> part) {
        return NativeMemory.during("preparing what is trained", LessMemory.PREPARING, () -> owner.own(part));
    }

    Tuning tuning(Continuation continuation, LoadedModel model, RunParts parts) {
        List<Path> adapters = new ModelSource(host, run.model()).adapters();
        Optional<Path> adapter = continuation
                .weightsOnly()
                .or(() -> adapters.isEmpty() ? Optional.empty() : Optional.of(adapters.getLast()));
        return new TuningSource(
                        run.finetune(),
                        parts.arithmetic(),
                        parts.matrices(),
                        run.training().seed())
                .tune(model, adapter);
    }

    /** What the run that goes on had found best, unless that checkpoint is gone. */
    private static Optional<BestModel.Best> bestSoFar(Continuation continuation) {
        // Beside the checkpoint, wherever the folder that holds both was moved to.
        return continuation
                .checkpoint()
                .filter(checkpoint -> continuation.whole())
                .flatMap(checkpoint -> TrainerState.bestIn(checkpoint)
                        .map(found -> new BestModel.Best(
                                found.step(),
                                found.metric(),
                                checkpoint.resolveSibling(
                                        Path.of(found.checkpoint()).getFileName())))
                        .filter(found -> TrainingState.isIn(found.checkpoint())));
    }

    private Optional<SampleAnswers> sampleAnswers(ChatEncoder encoder, LoadedData data) {
        int count = run.evaluation().sampleAnswers();
        return count == 0 || data.evaluation().isEmpty()
                ? Optional.empty()
                : Optional.of(new SampleAnswers(
                        host, encoder, data.evaluation().getFirst().samples(), count));
    }

    private Progress start(Continuation continuation, TrainingState state, StepPlan plan) {
        if (continuation.checkpoint().isEmpty()) {
            return new Progress(0, plan.totalSteps(), 0, 0, 0);
        }
        Path checkpoint = continuation.checkpoint().get();
        if (continuation.whole()) {
            continuation.compare(state).forEach(host::say);
            host.say("Going on from " + checkpoint);
            return state.restore(checkpoint, plan);
        }
        host.say(
                "%s was not written by Lathe: its weights are used, its optimizer state (a Python pickle) is not, and training starts at step 0"
                        .formatted(checkpoint));
        return new Progress(0, plan.totalSteps(), 0, 0, 0);
    }

    /** Not when it was killed between its last checkpoint and its last file: then what is missing is written. */
    private static boolean isFinished(Progress start, Continuation continuation, Path output) {
        return start.step() >= start.totalSteps()
                && continuation
                        .checkpoint()
                        .filter(checkpoint -> TrainerState.endsWith(checkpoint, output))
                        .isPresent();
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
