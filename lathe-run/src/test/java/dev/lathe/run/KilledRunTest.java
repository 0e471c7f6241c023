package dev.lathe.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code kill -9} for real: a JVM that saves after every step is killed again and again and loses nothing. */
class KilledRunTest {
    private static final long SEED = 20261122;
    private static final int KILLS = 3;
    private static final long LONGEST_WAIT_SECONDS = 60;
    private static final String[] RUN = {
        "lora_rank=2", "lora_dropout=0.1", "num_train_epochs=20", "save_strategy=steps", "save_steps=1"
    };

    @Test
    void endsAsIfItHadNeverBeenKilled(@TempDir Path temp) throws Exception {
        TinyModel tiny = TinyModel.write(temp, SEED, 13);
        Path whole = temp.resolve("whole");
        new Bench(temp).train(tiny.arguments(whole, RUN));
        Path killed = temp.resolve("killed");
        List<String> arguments = tiny.arguments(killed, RUN);
        Random random = new Random(SEED);
        List<Integer> found = new ArrayList<>();
        for (int kill = 0; kill < KILLS; kill++) {
            Process run = start(temp, arguments);
            // Somewhere in the next steps, and somewhere within a step or the saving of it.
            await(run, killed, checkpoints(killed).size() + 3 + random.nextInt(10));
            TimeUnit.MICROSECONDS.sleep(random.nextInt(30_000));
            run.destroyForcibly();
            assertThat(run.waitFor()).as("killed, not finished; seed %d", SEED).isEqualTo(128 + 9);
            found.add(checkpoints(killed).size());
        }
        assertThat(found).as("each start got further; seed %d", SEED).isSorted().doesNotHaveDuplicates();
        Bench bench = new Bench(temp);
        bench.train(arguments);

        assertThat(bench.said()).contains("Going on from " + killed.resolve("checkpoint-" + found.getLast()));
        assertThat(killed.resolve("adapter_model.safetensors"))
                .as("seed %d, killed at steps %s", SEED, found)
                .hasSameBinaryContentAs(whole.resolve("adapter_model.safetensors"));
        assertThat(checkpoints(killed)).isEqualTo(checkpoints(whole));
        assertThat(names(killed)).noneMatch(name -> name.contains(".part-"));
        assertThat(lines(killed)).isEqualTo(lines(whole));
    }

    /** Trains in a JVM of its own; arguments as for the command line. */
    static final class Main {
        private Main() {}

        public static void main(String[] arguments) {
            List<String> all = List.of(arguments);
            new Bench(Path.of(all.getFirst())).train(all.subList(1, all.size()));
        }
    }

    private static Process start(Path temp, List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "--add-modules",
                "jdk.incubator.vector",
                "-Dorg.bytedeco.javacpp.maxPhysicalBytes=0",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                temp.toString()));
        command.addAll(arguments);
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(temp.resolve("log").toFile())
                .start();
    }

    private static void await(Process run, Path output, int count) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(LONGEST_WAIT_SECONDS);
        while (checkpoints(output).size() < count) {
            assertThat(run.isAlive()).as("still running").isTrue();
            assertThat(System.nanoTime()).as("in time").isLessThan(end);
            TimeUnit.MILLISECONDS.sleep(2);
        }
    }

    private static List<String> checkpoints(Path output) throws IOException {
        return names(output).stream()
                .filter(name -> name.startsWith("checkpoint-"))
                .sorted()
                .toList();
    }

    private static List<String> names(Path output) throws IOException {
        if (!Files.isDirectory(output)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(output)) {
            return entries.map(entry -> entry.getFileName().toString()).toList();
        }
    }

    /** The log without its times. */
    private static List<String> lines(Path output) throws IOException {
        return Files.readAllLines(output.resolve("trainer_log.jsonl")).stream()
                .map(line -> line.replaceAll(", \"elapsed_time.*", ""))
                .toList();
    }
}
