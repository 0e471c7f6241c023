package dev.lathe.run;

import dev.lathe.data.EpochOrder;
import dev.lathe.data.LoadedData;
import dev.lathe.model.LoadedModel;
import dev.lathe.model.ModelShape;
import dev.lathe.model.file.Checkpoint;
import dev.lathe.run.config.Configuration;
import dev.lathe.run.config.LoraConfig;
import dev.lathe.run.config.ScheduleConfig;
import dev.lathe.run.config.TrainRun;
import dev.lathe.run.report.TrainerState;
import dev.lathe.tensor.Torch;
import dev.lathe.text.ChatEncoder;
import dev.lathe.text.Template;
import dev.lathe.train.AdamW;
import dev.lathe.train.Artifact;
import dev.lathe.train.BestModel;
import dev.lathe.train.Checkpoints;
import dev.lathe.train.Evaluation;
import dev.lathe.train.Event;
import dev.lathe.train.EventListener;
import dev.lathe.train.Events;
import dev.lathe.train.GradientClip;
import dev.lathe.train.LanguageModeling;
import dev.lathe.train.LayerLoop;
import dev.lathe.train.LearningRate;
import dev.lathe.train.MergedWeights;
import dev.lathe.train.Progress;
import dev.lathe.train.RunFacts;
import dev.lathe.train.ScheduleNames;
import dev.lathe.train.StepPlan;
import dev.lathe.train.Trainer;
import dev.lathe.train.TrainingState;
import dev.lathe.train.Tuning;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

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
        this.host = host;
        this.configuration = configuration;
        this.audience = List.copyOf(audience);
        this.run = TrainRun.of(configuration);
    }

    /** Trains, and leaves the result in the output folder. */
    public void run() {
        configuration.notices().forEach(notice -> host.say("Notice: " + notice));
        Torch.start(host.threads());
        Continuation continuation = Continuation.of(run.checkpoints());
        try (LoadedModel model = open(continuation)) {
            Template template =
                    DataSource.template(run.data().template(), run.data().defaultSystem(), model.tokenizer());
            ChatEncoder encoder = new ChatEncoder(template, ChatEncoder.fix(template, model.tokenizer()));
            LoadedData data = new DataSource(
                            host, run.data(), run.stage(), run.training().seed())
                    .load(encoder, model.spec().vocabulary());
            train(continuation, SpecialTokenIds.align(model, encoder.tokenizer()), encoder, data);
        }
    }

    private LoadedModel open(Continuation continuation) {
        ModelSource source = new ModelSource(host, run.model());
        LoadedModel model = source.open(run.training().seed());
        boolean adapter = run.finetune() instanceof LoraConfig;
        if (!adapter && continuation.weightsOnly().isPresent()) {
            return model.with(Checkpoint.open(continuation.weightsOnly().get()));
        }
        List<Path> adapters = source.adapters();
        for (Path merged : adapters.subList(0, Math.max(0, adapters.size() - 1))) {
            model = MergedWeights.merge(model, merged);
        }
        return model;
    }

    private void train(Continuation continuation, LoadedModel model, ChatEncoder encoder, LoadedData data) {
        Arithmetic arithmetic =
                Arithmetic.training(run.training().precision(), model.spec().dtype());
        List<Path> adapters = new ModelSource(host, run.model()).adapters();
        Optional<Path> adapter = continuation
                .weightsOnly()
                .or(() -> adapters.isEmpty() ? Optional.empty() : Optional.of(adapters.getLast()));
        Tuning tuning =
                new TuningSource(run.finetune(), arithmetic, run.training().seed()).tune(model, adapter);
        StepPlan plan = plan(data);
        AdamW optimizer = new AdamW(
                tuning.parameters(),
                new AdamW.Settings(
                        run.optimizer().beta1(),
                        run.optimizer().beta2(),
                        run.optimizer().epsilon(),
                        run.optimizer().weightDecay()));
        TrainingState state = new TrainingState(tuning.parameters(), optimizer, settings(data));
        Progress start = start(continuation, state, plan);
        ModelShape shape = ModelShape.of(model.spec());
        Reporting reporting = new Reporting(
                host,
                run,
                plan,
                shape.parameters()
                        - (long) model.spec().vocabulary() * model.spec().hidden(),
                new CardFacts(run, configuration).facts(),
                continuation.checkpoint());
        List<EventListener> listeners = new ArrayList<>(reporting.listeners());
        listeners.addAll(audience);
        Events events = new Events(listeners);
        Evaluation evaluation = evaluation(data, plan, events);
        Optional<BestModel> best =
                run.evaluation().best().map(wanted -> new BestModel(wanted.metric(), wanted.greater(), evaluation));
        best.ifPresent(found -> bestSoFar(continuation).ifPresent(found::restore));
        List<Artifact> output = List.of(tuning.weights(), (folder, files, progress) -> encoder.tokenizer()
                .save(folder, files));
        Checkpoints checkpoints = new Checkpoints(
                new Checkpoints.Settings(
                        run.checkpoints().outputDir(),
                        new Intervals(plan).of(run.checkpoints().when()),
                        run.checkpoints().limit().orElse(0),
                        best),
                host.files(),
                List.of(output.getFirst(), output.getLast(), trainerState(reporting, best), state),
                events);
        LanguageModeling objective = new LanguageModeling(run.evaluation().accuracy());
        LayerLoop loop = new LayerLoop(
                tuning.decoder(),
                run.training().recompute() ? 0 : tuning.decoder().blocks().size());
        Optional<SampleAnswers> answers = sampleAnswers(encoder, data);
        answers.ifPresent(sample -> sample.show("Before training", tuning.decoder()));
        events.publish(new Event.RunStarted(facts(model, tuning, data, plan, arithmetic, shape, start)));
        Trainer trainer = new Trainer(
                new Trainer.Settings(
                        plan,
                        rate(plan),
                        new GradientClip(run.optimizer().maxGradNorm()),
                        run.training().seed()),
                loop,
                objective,
                optimizer,
                tuning.parameters(),
                data.train().samples(),
                evaluation,
                checkpoints,
                new Trainer.Surroundings(events, host::seconds, host.memory(), host.interrupted()));
        Progress end = trainer.run(start);
        if (end.step() < plan.totalSteps()) {
            host.say("Stopped at step %d of %d; run the same command again to go on"
                    .formatted(end.step(), end.totalSteps()));
            return;
        }
        best.flatMap(BestModel::best).ifPresent(found -> state.restore(found.checkpoint(), plan));
        Path folder = run.checkpoints().outputDir();
        output.forEach(artifact -> artifact.write(folder, host.files(), end));
        if (run.evaluation().atEnd()) {
            evaluation.run(end, loop, objective);
        }
        answers.ifPresent(sample -> sample.show("After training", tuning.decoder()));
        host.say("Saved to " + folder);
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

    private StepPlan plan(LoadedData data) {
        return new StepPlan(
                new EpochOrder(
                        data.train().samples().size(),
                        run.training().dataSeed(),
                        run.data().shuffled()),
                run.training().microBatch(),
                run.training().accumulation(),
                false,
                Intervals.epochs(run.training().length()),
                Intervals.maxSteps(run.training().length()));
    }

    private LearningRate rate(StepPlan plan) {
        ScheduleConfig schedule = run.schedule();
        Map<String, Object> arguments = new HashMap<>(schedule.numbers());
        arguments.putAll(schedule.words());
        return new LearningRate(
                run.optimizer().learningRate(),
                schedule.warmup().of(Math.toIntExact(plan.totalSteps())),
                plan.totalSteps(),
                ScheduleNames.named(schedule.type().word(), arguments));
    }

    private Evaluation evaluation(LoadedData data, StepPlan plan, Events events) {
        List<Evaluation.HeldBack> sets = data.evaluation().stream()
                .map(set -> new Evaluation.HeldBack(
                        set.name().map(name -> "eval_" + name + "_").orElse("eval_"), set.samples()))
                .toList();
        return new Evaluation(
                sets,
                new Intervals(plan).of(run.evaluation().when()),
                run.evaluation().batch(),
                events,
                host::seconds);
    }

    private static Artifact trainerState(Reporting reporting, Optional<BestModel> best) {
        return (folder, files, progress) -> {
            best.flatMap(BestModel::best).ifPresent(found -> reporting
                    .state()
                    .best(new TrainerState.Best(
                            found.step(), found.value(), found.checkpoint().toString())));
            files.writeText(
                    folder.resolve("trainer_state.json"), reporting.state().text(progress));
        };
    }

    private SequencedMap<String, String> settings(LoadedData data) {
        SequencedMap<String, String> settings = new LinkedHashMap<>(configuration.effective());
        settings.put("threads", Integer.toString(host.threads()));
        settings.put(
                Continuation.DATA,
                "%d samples of %d tokens"
                        .formatted(
                                data.train().samples().size(),
                                data.train().report().tokens()));
        return settings;
    }

    private RunFacts facts(
            LoadedModel model,
            Tuning tuning,
            LoadedData data,
            StepPlan plan,
            Arithmetic arithmetic,
            ModelShape shape,
            Progress start) {
        long trainable = tuning.trainableParameters();
        boolean adapter = run.finetune() instanceof LoraConfig;
        return new RunFacts(
                model.name(),
                configuration.effective().getOrDefault("stage", "sft"),
                configuration.effective().getOrDefault("finetuning_type", "lora"),
                trainable,
                shape.parameters() + (adapter ? trainable : 0),
                tuning.targets(),
                data.train().samples().size(),
                plan.totalEpochs(),
                plan.stepsPerEpoch(),
                plan.totalSteps(),
                plan.batchSize(),
                plan.accumulation(),
                data.train().report().tokens(),
                data.train().report().supervised(),
                Arithmetic.name(arithmetic.compute()),
                start.step());
    }
}
