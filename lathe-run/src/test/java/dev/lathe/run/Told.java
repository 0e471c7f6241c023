package dev.lathe.run;

import dev.lathe.base.Disk;
import dev.lathe.base.ResidentMemory;
import dev.lathe.base.SafeFiles;
import dev.lathe.run.config.Command;
import dev.lathe.run.config.Configuration;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A host for tests that keeps what it is told. */
record Told(Host host, ByteArrayOutputStream bytes) {
    /** @param home also holds the cache */
    static Told at(Path home) {
        return at(home, Disk.real());
    }

    static Told at(Path home, Disk disk) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        Host host = new Host(
                Map.of("LATHE_CACHE", home.resolve("cache").toString()),
                home,
                new SafeFiles(disk),
                Clock.systemUTC(),
                new PrintStream(bytes, true, StandardCharsets.UTF_8),
                Optional.empty(),
                ResidentMemory.ofHost(),
                1,
                () -> false);
        return new Told(host, bytes);
    }

    String text() {
        return bytes.toString(StandardCharsets.UTF_8);
    }

    /** Runs {@code lathe export} with keys as on the command line. */
    Told export(Object... keys) {
        new MergeAndExport(host, read(Command.EXPORT, keys)).run();
        return this;
    }

    /** Runs {@code lathe train}. */
    Told train(Object... keys) {
        new TrainingRun(host, read(Command.TRAIN, keys)).run();
        return this;
    }

    /** Runs {@code lathe score}; what it prints. */
    String score(ScoreInput input, Scoring.Format format, Object... keys) {
        StringWriter results = new StringWriter();
        new Scoring(host, read(Command.SCORE, keys), format, new PrintWriter(results)).run(input);
        return results.toString();
    }

    /** @param keys name, value, name, value, ...; or one file and then those */
    private static Configuration read(Command command, Object... keys) {
        List<String> arguments = new ArrayList<>();
        int first = keys.length % 2;
        Arrays.stream(keys).limit(first).map(Object::toString).forEach(arguments::add);
        for (int i = first; i < keys.length; i += 2) {
            arguments.add(keys[i] + "=" + keys[i + 1]);
        }
        return Configuration.read(command, arguments, Map.of());
    }
}
