package dev.lathe.run.config;

import java.util.Optional;

/**
 * Everything that {@code lathe export} needs to know.
 *
 * @param format of the written weights
 * @param template name of the chat template that goes with them; empty for the tokenizer's own
 */
public record ExportRun(
        ModelConfig model,
        Optional<TrainedOutput> trained,
        Optional<String> template,
        Optional<String> defaultSystem,
        NumberFormat format,
        ExportConfig export) {
    public static ExportRun of(Configuration configuration) {
        Settings s = configuration.settings(Command.EXPORT);
        return new ExportRun(
                ModelConfig.of(s),
                TrainedOutput.of(s),
                s.optionalText("template"),
                s.optionalText("default_system"),
                NumberFormat.of(s),
                ExportConfig.of(s));
    }
}
