package dev.lathe.run.config;

import java.util.Optional;

/**
 * Everything that {@code lathe export} needs to know.
 *
 * @param format of the written weights
 * @param template what goes with them
 */
public record ExportRun(
        ModelConfig model,
        Optional<TrainedOutput> trained,
        TemplateConfig template,
        NumberFormat format,
        ExportConfig export) {
    public static ExportRun of(Configuration configuration) {
        Settings s = configuration.settings(Command.EXPORT);
        return new ExportRun(
                ModelConfig.of(s), TrainedOutput.of(s), TemplateConfig.of(s), NumberFormat.of(s), ExportConfig.of(s));
    }
}
