package dev.lathe.run.config;

import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.lathe.base.UserError;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A configuration file of a test: written to a folder and read back through the front door. */
record Written(Path file) {
    /** Enough for a training run, three lines. */
    static final String RUNS = """
            model_name_or_path: lathe:seedling
            dataset: identity
            output_dir: saves/x
            """;

    static Written yaml(Path folder, String text) {
        return named(folder.resolve("my.yaml"), text);
    }

    static Written named(Path file, String text) {
        try {
            return new Written(Files.writeString(file, text));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Configuration read(Command command, String... arguments) {
        return read(command, Map.of(), arguments);
    }

    Configuration read(Command command, Map<String, String> environment, String... arguments) {
        List<String> all = new ArrayList<>(List.of(file.toString()));
        all.addAll(List.of(arguments));
        return Configuration.read(command, all, environment);
    }

    TrainRun train(String... arguments) {
        return TrainRun.of(read(Command.TRAIN, arguments));
    }

    ChatRun chat(String... arguments) {
        return ChatRun.of(read(Command.CHAT, arguments));
    }

    /** The lines of what is wrong, without the file's folder. */
    List<String> refused(Command command, String... arguments) {
        UserError error = catchThrowableOfType(UserError.class, () -> read(command, arguments));
        if (error == null) {
            throw new AssertionError("nothing was wrong with " + file);
        }
        return String.valueOf(error.getMessage())
                .replace(file.getParent() + "/", "")
                .lines()
                .toList();
    }
}
