package dev.lathe.run;

import dev.lathe.base.UserError;
import dev.lathe.data.EpochOrder;
import dev.lathe.data.LoadedData;
import dev.lathe.model.ExpertsSpec;
import dev.lathe.model.LoadedModel;
import dev.lathe.model.Matrices;
import dev.lathe.model.ModelShape;
import dev.lathe.quant.Quantization;
import dev.lathe.run.config.Configuration;
import dev.lathe.run.config.LoraConfig;
import dev.lathe.run.config.OptimizerConfig;
import dev.lathe.run.config.ScheduleConfig;
import dev.lathe.run.config.TrainRun;
import dev.lathe.tensor.CrossEntropy;
import dev.lathe.tensor.Parameter;
import dev.lathe.tensor.Torch;
import dev.lathe.train.AdamW;
import dev.lathe.train.BestModel;
import dev.lathe.train.Checkpoints;
import dev.lathe.train.Evaluation;
import dev.lathe.train.Events;
import dev.lathe.train.GradientClip;
import dev.lathe.train.Keeping;
import dev.lathe.train.LayerLoop;
import dev.lathe.train.LearningRate;
import dev.lathe.train.RunFacts;
import dev.lathe.train.ScheduleNames;
import dev.lathe.train.StepPlan;
import dev.lathe.train.Trainer;
import dev.lathe.train.Tuning;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SequencedMap;

/** The parts of a training run, made from its configuration once model and data are known. */
record RunParts(
        Host host,
        Configuration configuration,
        TrainRun run,
        LoadedModel model,
        LoadedData data,
        StepPlan plan,
        Arithmetic arithmetic,
        Matrices matrices) {
    static RunParts of(Host host, Configuration configuration, TrainRun run, LoadedModel model, LoadedData data) {
        StepPlan plan = Intervals.plan(
                new EpochOrder(
                        data.train().samples().size(),
                        run.training().dataSeed(),
                        run.data().shuffled() && run.data().stream().isEmpty()),
                run.training());
        Arithmetic arithmetic =
                Arithmetic.training(run.training().precision(), model.spec().dtype());
        Matrices matrices = run.finetune() instanceof LoraConfig
                ? new FrozenPlace(run.training().streamed(), host.memory().limit())
                        .of(model, arithmetic.compute(), host::say)
                : Matrices.HELD;
        return new RunParts(host, configuration, run, model, data, plan, arithmetic, matrices);
    }

    AdamW optimizer(List<Parameter> parameters) {
        OptimizerConfig config = run.optimizer();
        return new AdamW(
                parameters, new AdamW.Settings(config.beta1(), config.beta2(), config.epsilon(), config.weightDecay()));
    }

    LayerLoop loop(Tuning tuning) {
        return new LayerLoop(
                tuning.decoder(),
                run.training().recompute()
                        ? new Keeping.Within(room())
                        : new Keeping.Top(tuning.decoder().blocks().size()));
    }

    /** Bytes for activations that are kept. */
    private long room() {
        long head = 2L
                * Float.BYTES
                * model.spec().vocabulary()
                * CrossEntropy.chunkRows(model.spec().vocabulary());
        OptionalDouble budget = run.training().memoryBudget();
        long free = budget.isPresent()
                ? (long) (budget.getAsDouble() * 1e9) - host.memory().bytes()
                : host.memory().free().orElse(0) / 2;
        return Math.max(0, free - head);
    }

    /** What the routers' balance loss is weighed by. */
    double routerBalance() {
        OptionalDouble asked = run.training().routerBalance();
        if (asked.isPresent() && model.spec().experts().isEmpty()) {
            throw new UserError(
                    "moe_aux_loss_coef: %s has no experts to balance: leave the line out".formatted(model.name()));
        }
        return asked.orElse(model.spec().experts().map(ExpertsSpec::balance).orElse(0.0));
    }

    Trainer.Settings trainerSettings() {
        ScheduleConfig schedule = run.schedule();
        Map<String, Object> arguments = new HashMap<>(schedule.numbers());
        arguments.putAll(schedule.words());
        LearningRate rate = new LearningRate(
                run.optimizer().learningRate(),
                schedule.warmup().of(Math.toIntExact(plan.totalSteps())),
                plan.totalSteps(),
                ScheduleNames.named(schedule.type().word(), arguments));
        return new Trainer.Settings(
                plan,
                rate,
                new GradientClip(run.optimizer().maxGradNorm()),
                run.training().seed());
    }

    Evaluation evaluation(Events events) {
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

    Checkpoints.Settings checkpointSettings(Optional<BestModel> best) {
        return new Checkpoints.Settings(
                run.checkpoints().outputDir(),
                new Intervals(plan).of(run.checkpoints().when()),
                run.checkpoints().limit().orElse(0),
                best);
    }

    /** What a checkpoint remembers of the run it belongs to. */
    SequencedMap<String, String> identity() {
        SequencedMap<String, String> identity = new LinkedHashMap<>(configuration.effective());
        identity.put("threads", Integer.toString(host.threads()));
        identity.put("kernels", Torch.kernelName());
        identity.put(
                Continuation.DATA,
                run.data().stream().isPresent()
                        ? "a stream of files " + data.identity()
                        : "%d samples of %d tokens, from files %s"
                                .formatted(
                                        data.train().samples().size(),
                                        data.train().report().tokens(),
                                        data.identity()));
        return identity;
    }

    RunFacts facts(Tuning tuning, long resumedFromStep) {
        long trainable = tuning.trainableParameters();
        boolean adapter = run.finetune() instanceof LoraConfig;
        return new RunFacts(
                model.name(),
                configuration.effective().getOrDefault("stage", "sft"),
                configuration.effective().getOrDefault("finetuning_type", "lora"),
                trainable,
                parameters() + (adapter ? trainable : 0),
                tuning.targets(),
                data.train().samples().size(),
                plan.totalEpochs(),
                plan.stepsPerEpoch(),
                plan.totalSteps(),
                plan.batchSize(),
                plan.accumulation(),
                data.train().report().tokens(),
                data.train().report().supervised(),
                Arithmetic.name(arithmetic.compute()) + storage(),
                trainerSettings().updatesInBackward(),
                resumedFromStep);
    }

    /** What the frozen weights are packed as, or where they are, in words; empty for dense ones in memory. */
    private String storage() {
        return Quantization.method(model)
                .or(() -> run.model().quantization().map(config -> WeightLoading.storage(config)
                        .name()))
                .map(packed -> ", weights in " + packed + (run.model().int8Embedding() ? ", embedding in int8" : ""))
                .orElse(matrices == Matrices.STREAMED ? ", weights from the file" : "");
    }

    /** All but the embedding's, by which operations are counted. */
    long parametersWithoutEmbedding() {
        return parameters() - (long) model.spec().vocabulary() * model.spec().hidden();
    }

    private long parameters() {
        return ModelShape.of(model.spec()).parameters();
    }
}
