package dev.lathe.run;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lathe.base.Disk;
import dev.lathe.base.ResidentMemory;
import dev.lathe.base.SafeFiles;
import dev.lathe.base.UserError;
import dev.lathe.data.LoadedData;
import dev.lathe.model.LoadedModel;
import dev.lathe.run.config.Command;
import dev.lathe.run.config.Configuration;
import dev.lathe.run.config.TrainRun;
import dev.lathe.text.ChatEncoder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** A quiet machine of one thread in a folder of its own, on which a test runs configurations and sees what they said. */
final class Bench {
    /** Syncing each file to the medium takes longer than the training of a tiny model. */
    static final Disk UNSYNCED =
            file -> FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);

    private static final ResidentMemory NO_MEMORY = new ResidentMemory() {
        @Override
        public long bytes() {
            return 0;
        }

        @Override
        public long peakBytes() {
            return 0;
        }
    };

    private final Path home;
    private final ByteArrayOutputStream said = new ByteArrayOutputStream();

    Bench(Path home) {
        this.home = home;
    }

    Path home() {
        return home;
    }

    Host host() {
        return host(UNSYNCED, () -> false);
    }

    Host host(Disk disk, BooleanSupplier interrupted) {
        return host(1, disk, interrupted);
    }

    Host host(ResidentMemory memory) {
        return host(1, UNSYNCED, () -> false, memory);
    }

    Host host(int threads, Disk disk, BooleanSupplier interrupted) {
        return host(threads, disk, interrupted, NO_MEMORY);
    }

    private Host host(int threads, Disk disk, BooleanSupplier interrupted, ResidentMemory memory) {
        return new Host(
                Map.of("LATHE_CACHE", home.resolve("cache").toString(), "HF_HUB_OFFLINE", "1"),
                home,
                new SafeFiles(disk),
                Clock.systemUTC(),
                new PrintStream(said, true, StandardCharsets.UTF_8),
                Optional.empty(),
                memory,
                threads,
                interrupted);
    }

    /** Everything shown so far. */
    String said() {
        return said.toString(StandardCharsets.UTF_8);
    }

    /** Trains with {@code key=value} arguments to the end. */
    Heard train(List<String> arguments) {
        return train(host(), arguments);
    }

    Heard train(Host host, List<String> arguments) {
        return train(host, arguments, new Heard());
    }

    /** Adds what is told to {@code heard}. */
    Heard train(Host host, List<String> arguments, Heard heard) {
        new TrainingRun(host, configuration(arguments), List.of(heard)).run();
        return heard;
    }

    /** What such a run trains on and is evaluated on. */
    LoadedData data(List<String> arguments) {
        return data(host(), TrainRun.of(configuration(arguments)));
    }

    LoadedData data(Host host, TrainRun run) {
        try (LoadedModel model =
                new ModelSource(host, run.model()).open(run.training().seed())) {
            ChatEncoder encoder = DataSource.encoder(host, run.data().template(), model.tokenizer());
            return DataSource.of(host, run).load(encoder, model.spec().vocabulary());
        }
    }

    static Configuration configuration(List<String> arguments) {
        return Configuration.read(Command.TRAIN, arguments, Map.of());
    }

    /** The same arguments with others added; of two equal keys the last counts. */
    static List<String> with(List<String> arguments, String... more) {
        List<String> all = new ArrayList<>(arguments);
        all.addAll(List.of(more));
        return all;
    }

    /** That a run stops for something that its user can mend, and says so with these words. */
    static void assertRefused(ThrowingCallable run, String... said) {
        assertThatThrownBy(run).isInstanceOf(UserError.class).hasMessageContainingAll(said);
    }

    /** What stands in a folder, sorted. */
    static List<String> names(Path folder) {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
