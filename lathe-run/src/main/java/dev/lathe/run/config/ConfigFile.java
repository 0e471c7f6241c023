package dev.lathe.run.config;

import dev.lathe.base.IoReason;
import dev.lathe.base.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;

/** A configuration file on disk: {@code .yaml}, {@code .yml} or {@code .json}, at most 1 MiB, holding one mapping. */
final class ConfigFile {
    static final int MOST_BYTES = 1 << 20;

    private ConfigFile() {}

    static boolean named(String argument) {
        String lower = argument.toLowerCase(Locale.ROOT);
        return lower.endsWith(".yaml") || lower.endsWith(".yml") || lower.endsWith(".json");
    }

    /** The mapping at the top. Throws {@link UserError} when the file is missing, too large, malformed or something else. */
    static Map<String, Located> read(Path file) {
        String name = file.toString();
        return switch (root(file).value()) {
            case Value.Fields(Map<String, Located> fields) -> fields;
            case Value.Nothing() ->
                throw new UserError(name + " is empty; it needs lines such as model_name_or_path: lathe:seedling");
            default ->
                throw new UserError(
                        name + " is not a list of keys; each line must read key: value, such as stage: sft");
        };
    }

    /** What a file holds: JSON if its name says so, else YAML. Throws {@link UserError} when it cannot be read. */
    static Located root(Path file) {
        String name = file.toString();
        String text = text(file);
        return name.toLowerCase(Locale.ROOT).endsWith(".json")
                ? JsonReader.read(text, name)
                : YamlReader.read(text, name);
    }

    private static String text(Path file) {
        try {
            if (Files.size(file) > MOST_BYTES) {
                throw new UserError("%s has %,d bytes; a configuration is at most %,d. Is it the right file?"
                        .formatted(file, Files.size(file), MOST_BYTES));
            }
            return Files.readString(file);
        } catch (NoSuchFileException e) {
            throw new UserError("%s does not exist".formatted(file), e);
        } catch (IOException e) {
            throw new UserError("%s cannot be read: %s".formatted(file, IoReason.of(e)), e);
        }
    }
}
