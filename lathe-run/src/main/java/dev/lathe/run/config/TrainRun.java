package dev.lathe.run.config;

/** Everything that {@code lathe train} needs to know. */
public record TrainRun(
        Stage stage,
        ModelConfig model,
        FinetuneConfig finetune,
        DataConfig data,
        TrainingConfig training,
        OptimizerConfig optimizer,
        ScheduleConfig schedule,
        EvaluationConfig evaluation,
        CheckpointConfig checkpoints,
        LoggingConfig logging) {
    public static TrainRun of(Configuration configuration) {
        Settings s = configuration.settings(Command.TRAIN);
        return new TrainRun(
                Stage.of(s),
                ModelConfig.of(s),
                finetune(s),
                DataConfig.of(s),
                TrainingConfig.of(s),
                OptimizerConfig.of(s),
                ScheduleConfig.of(s),
                EvaluationConfig.of(s),
                CheckpointConfig.of(s),
                LoggingConfig.of(s));
    }

    private static FinetuneConfig finetune(Settings s) {
        return switch (s.text("finetuning_type")) {
            case "full" -> new FullConfig();
            case "freeze" -> FreezeConfig.of(s);
            default -> LoraConfig.of(s);
        };
    }
}
