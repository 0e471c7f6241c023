package dev.lathe.run.config;

/** Everything that {@code lathe data} needs to know: a training run's keys, as far as they decide what is trained on. */
public record DataRun(Stage stage, ModelConfig model, DataConfig data, TrainingConfig training) {
    public static DataRun of(Configuration configuration) {
        Settings s = configuration.settings(Command.DATA);
        return new DataRun(Stage.of(s), ModelConfig.of(s), DataConfig.of(s), TrainingConfig.of(s));
    }
}
