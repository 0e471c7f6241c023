package dev.lathe.run.config;

import java.util.Optional;

/** Everything that {@code lathe score} takes from a file: which model, in which number format. */
public record ScoreRun(ModelConfig model, Optional<TrainedOutput> trained, NumberFormat format, InferWeights weights) {
    public static ScoreRun of(Configuration configuration) {
        Settings s = configuration.settings(Command.SCORE);
        return new ScoreRun(ModelConfig.of(s), TrainedOutput.of(s), NumberFormat.of(s), InferWeights.of(s));
    }
}
