package dev.lathe.run.config;

import java.util.Optional;

/**
 * Everything that {@code lathe chat} needs to know. Its file may be one written for training.
 *
 * @param template name of the chat template; empty for the tokenizer's own
 * @param trained where the training of the same file left its result
 */
public record ChatRun(
        ModelConfig model,
        Optional<TrainedOutput> trained,
        Optional<String> template,
        Optional<String> defaultSystem,
        NumberFormat format,
        GenerationConfig generation) {
    public static ChatRun of(Configuration configuration) {
        Settings s = configuration.settings(Command.CHAT);
        return new ChatRun(
                ModelConfig.of(s),
                TrainedOutput.of(s),
                s.optionalText("template"),
                s.optionalText("default_system"),
                NumberFormat.of(s),
                GenerationConfig.of(s));
    }
}
