package dev.lathe.run.config;

import java.util.Optional;

/**
 * Everything that {@code lathe chat} needs to know. Its file may be one written for training.
 *
 * @param trained where the training of the same file left its result
 */
public record ChatRun(
        ModelConfig model,
        Optional<TrainedOutput> trained,
        TemplateConfig template,
        NumberFormat format,
        InferWeights weights,
        GenerationConfig generation) {
    public static ChatRun of(Configuration configuration) {
        Settings s = configuration.settings(Command.CHAT);
        return new ChatRun(
                ModelConfig.of(s),
                TrainedOutput.of(s),
                TemplateConfig.of(s),
                NumberFormat.of(s),
                InferWeights.of(s),
                GenerationConfig.of(s));
    }
}
