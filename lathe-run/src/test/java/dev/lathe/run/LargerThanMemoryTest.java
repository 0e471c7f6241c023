package dev.lathe.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lathe.base.Disk;
import dev.lathe.base.SafeFiles;
import dev.lathe.run.config.Command;
import dev.lathe.run.config.Configuration;
import dev.lathe.tensor.Torch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * LoRA training of a model that is larger than the memory that the kernel allows the process, page cache included: it
 * gives the adapter of a process that holds the model, to the bit. The process that holds it is killed in the same group.
 */
class LargerThanMemoryTest {
    private final Path temp;

    LargerThanMemoryTest(@TempDir Path temp) {
        this.temp = temp;
    }

    @Test
    void aModelOf700MegabytesIsTrainedIn600() throws Exception {
        trainsIn(600L << 20, new RandomLlama(1024, 4096, 25));
    }

    /** Reads 3 GB four times and more, at the disk's speed: {@code -Dlathe.large=true}. */
    @Test
    @EnabledIfSystemProperty(named = "lathe.large", matches = "true")
    void aModelOf3GigabytesIsTrainedIn2() throws Exception {
        trainsIn(2L << 30, new RandomLlama(2048, 8192, 26));
    }

    private void trainsIn(long bytes, RandomLlama model) throws Exception {
        Optional<MemoryGroup> made = MemoryGroup.make(bytes);
        assumeTrue(made.isPresent(), "no control group with a memory limit can be made here: it takes root on Linux");
        TinyModel tiny = TinyModel.write(temp, 11, 4);
        try (MemoryGroup group = made.get()) {
            // Written by a process of the group, so that the file's pages in the cache are the group's.
            run(group.entering(java("write", model)), "write", 0);
            assertThat(Files.size(tiny.model().resolve("model.safetensors"))).isGreaterThan(bytes);
            run(group.entering(java("streamed", model)), "streamed", 0);
            run(group.entering(java("killed", model, "stream_weights=false")), "killed", 128 + 9);
        }
        run(java("held", model, "stream_weights=false"), "held", 0);
        assertThat(log("streamed")).contains("its weights are read from the file block by block (stream_weights)");
        assertThat(temp.resolve("streamed/adapter_model.safetensors"))
                .hasSameBinaryContentAs(temp.resolve("held/adapter_model.safetensors"));
    }

    private void run(List<String> command, String name, int status) throws Exception {
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(temp.resolve(name + ".log").toFile())
                .start();
        assertThat(process.waitFor()).as("status of %s: %s", name, log(name)).isEqualTo(status);
    }

    private String log(String name) throws IOException {
        return Files.readString(temp.resolve(name + ".log"));
    }

    private List<String> java(String what, RandomLlama model, String... more) {
        List<String> command = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "-Xmx128m",
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "--add-modules",
                "jdk.incubator.vector",
                "-Dorg.bytedeco.javacpp.maxPhysicalBytes=0",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                temp.toString(),
                what,
                Integer.toString(model.hidden()),
                Integer.toString(model.intermediate()),
                Integer.toString(model.layers())));
        command.addAll(List.of(more));
        return command;
    }

    /** Writes the model, or trains on it, in a JVM of its own. */
    static final class Main {
        private Main() {}

        public static void main(String[] arguments) {
            List<String> all = List.of(arguments);
            Path temp = Path.of(all.getFirst());
            String what = all.get(1);
            TinyModel tiny = new TinyModel(temp);
            if (what.equals("write")) {
                Torch.start(1);
                new RandomLlama(
                                Integer.parseInt(all.get(2)),
                                Integer.parseInt(all.get(3)),
                                Integer.parseInt(all.get(4)))
                        .write(tiny, new SafeFiles(Disk.real()));
                return;
            }
            List<String> keys = new ArrayList<>(tiny.arguments(
                    temp.resolve(what),
                    "bf16=true",
                    "max_steps=2",
                    "lora_rank=8",
                    "lora_target=all",
                    "per_device_train_batch_size=1",
                    "gradient_accumulation_steps=1"));
            keys.addAll(all.subList(5, all.size()));
            Map<String, String> environment = Map.of(
                    "LATHE_CACHE", temp.resolve("cache").toString(), "HF_HUB_OFFLINE", "1", "OMP_NUM_THREADS", "1");
            new TrainingRun(
                            Host.ofProcess(environment, System.out),
                            Configuration.read(Command.TRAIN, keys, environment))
                    .run();
        }
    }
}
