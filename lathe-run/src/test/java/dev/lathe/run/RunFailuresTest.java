package dev.lathe.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lathe.base.Json;
import dev.lathe.base.UserError;
import dev.lathe.tensor.DType;
import dev.lathe.tensor.Tensors;
import dev.lathe.train.Event;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What stops a run on its way, and that nothing is lost by it. */
class RunFailuresTest {
    private static final String[] LORA = {"lora_rank=2", "save_strategy=steps", "save_steps=2"};

    /** The disk fills up at many places between the first checkpoint and the last file. */
    @Test
    void aFullDiskStopsTheRunAndLeavesTheOldCheckpoint(@TempDir Path temp) throws IOException {
        TinyModel tiny = TinyModel.write(temp, 1, 13);
        Bench bench = new Bench(temp);
        Path whole = temp.resolve("whole");
        FullDisk roomy = new FullDisk(Long.MAX_VALUE);
        AtomicLong afterFirst = new AtomicLong();
        bench.train(bench.host(roomy, () -> mark(afterFirst, roomy, whole)), tiny.arguments(whole, LORA));
        for (int part = 0; part < 6; part++) {
            long capacity = afterFirst.get() + (roomy.written() - afterFirst.get()) * part / 6;
            Path output = temp.resolve("full-" + part);
            assertThatThrownBy(() ->
                            bench.train(bench.host(new FullDisk(capacity), () -> false), tiny.arguments(output, LORA)))
                    .as("full after %d bytes", capacity)
                    .isInstanceOf(UserError.class)
                    .hasMessageContaining("could not be written: No space left on device")
                    .hasMessageContaining("make room");
            assertThat(Bench.names(output)).contains("checkpoint-2").noneMatch(name -> name.contains(".part-"));
            bench.train(tiny.arguments(output, LORA));
            assertThat(output.resolve("adapter_model.safetensors"))
                    .hasSameBinaryContentAs(whole.resolve("adapter_model.safetensors"));
        }
    }

    /** Bytes on the disk once the first checkpoint stands. */
    private static boolean mark(AtomicLong bytes, FullDisk disk, Path output) {
        if (bytes.get() == 0 && Files.exists(output.resolve("checkpoint-2"))) {
            bytes.set(disk.written());
        }
        return false;
    }

    @Test
    void whatAKillLeftHalfWrittenIsSwept(@TempDir Path temp) throws IOException {
        TinyModel tiny = TinyModel.write(temp, 1, 5);
        Path output = Files.createDirectories(temp.resolve("out"));
        Files.createDirectories(output.resolve(".checkpoint-2.part-k3x9/deeper"));
        Files.writeString(output.resolve(".adapter_model.safetensors.part-1zq0"), "half");
        Files.writeString(output.resolve(".mine"), "kept");
        new Bench(temp).train(tiny.arguments(output, LORA));
        assertThat(Bench.names(output)).contains(".mine").noneMatch(name -> name.contains(".part-"));
    }

    @Test
    void aFinishedRunIsLeftAsItIs(@TempDir Path temp) throws IOException {
        TinyModel tiny = TinyModel.write(temp, 1, 9);
        Bench bench = new Bench(temp);
        Path output = temp.resolve("out");
        bench.train(tiny.arguments(output, LORA));
        Map<Path, FileTime> before = written(output);
        Heard again = bench.train(tiny.arguments(output, LORA));
        assertThat(again.all(Event.RunStarted.class)).isEmpty();
        assertThat(bench.said())
                .contains(output + " holds this training's result: all its 6 steps are done")
                .contains("num_train_epochs", "overwrite_output_dir: true");
        assertThat(written(output)).isEqualTo(before);
    }

    /** Killed after its last checkpoint, a run has all its steps but not all its files. */
    @Test
    void whatAKillAtTheEndLeftOutIsWritten(@TempDir Path temp) throws IOException {
        TinyModel tiny = TinyModel.write(temp, 1, 9);
        Bench bench = new Bench(temp);
        Path output = temp.resolve("out");
        bench.train(tiny.arguments(output, LORA));
        byte[] adapter = Files.readAllBytes(output.resolve("adapter_model.safetensors"));
        Files.delete(output.resolve("adapter_model.safetensors"));
        Files.delete(output.resolve("trainer_state.json"));
        bench.train(tiny.arguments(output, LORA));
        assertThat(output.resolve("adapter_model.safetensors")).hasBinaryContent(adapter);
        assertThat(output.resolve("trainer_state.json")).exists();
        assertThat(Json.read(output.resolve("all_results.json")).has("train_loss"))
                .as("no step was done, so there is no loss to tell")
                .isFalse();
    }

    @Test
    void anInterruptedRunLeavesItsCheckpointAndItsLog(@TempDir Path temp) throws IOException {
        TinyModel tiny = TinyModel.write(temp, 1, 9);
        Bench bench = new Bench(temp);
        Path output = temp.resolve("out");
        List<String> arguments = Bench.with(tiny.arguments(output, LORA), "plot_loss=true", "report_to=tensorboard");
        AtomicInteger steps = new AtomicInteger(-1); // asked before the first step, too
        bench.train(bench.host(Bench.UNSYNCED, () -> steps.incrementAndGet() == 1), arguments);
        assertThat(Bench.names(output)).containsExactlyInAnyOrder("checkpoint-1", "trainer_log.jsonl", "runs");
        bench.train(arguments);
        assertThat(Bench.names(output))
                .contains("README.md", "all_results.json", "training_loss.png", "trainer_state.json");
    }

    @Test
    void interruptedBeforeTheFirstStepNothingIsTrained(@TempDir Path temp) {
        TinyModel tiny = TinyModel.write(temp, 1, 9);
        Bench bench = new Bench(temp);
        Heard heard = bench.train(bench.host(Bench.UNSYNCED, () -> true), tiny.arguments(temp.resolve("out"), LORA));
        assertThat(heard.steps()).isEmpty();
        assertThat(bench.said()).contains("Stopped at step 0 of");
        assertThat(bench.train(tiny.arguments(temp.resolve("out"), LORA)).steps())
                .isNotEmpty();
    }

    @Test
    void aLossThatIsNoNumberIsSaidOnce(@TempDir Path temp) {
        TinyModel tiny = TinyModel.write(temp, 1, 9);
        Heard heard = new Bench(temp)
                .train(tiny.arguments(temp.resolve("out"), "learning_rate=1e38", "finetuning_type=full"));
        assertThat(heard.losses()).anyMatch(loss -> !Double.isFinite(loss));
        assertThat(heard.all(Event.Notice.class))
                .singleElement()
                .extracting(Event.Notice::text)
                .asString()
                .contains("the loss is ", "smaller learning_rate");
    }

    @Test
    void whereMemoryEndsIsSaidWithTheKeysThatNeedLess(@TempDir Path temp) {
        TinyModel tiny = TinyModel.write(temp, 1, 9);
        Bench bench = new Bench(temp);
        // The only place of a run that a test can put something into; it is asked after every step.
        Host full = bench.host(
                Bench.UNSYNCED, () -> Tensors.empty(DType.F32, 1L << 46).count() == 0);
        Bench.assertRefused(
                () -> bench.train(full, tiny.arguments(temp.resolve("out"), LORA)),
                "Out of memory while training: another 281474.98 GB is not there",
                "per_device_train_batch_size",
                "cutoff_len");
    }

    /** Arabic, for one, has digits of its own, which Java's formats use. */
    @Test
    void theLanguageOfTheSystemChangesNoFile(@TempDir Path temp) throws IOException {
        TinyModel tiny = TinyModel.write(temp, 1, 9);
        Locale before = Locale.getDefault();
        Path output = temp.resolve("out");
        String[] run = {"finetuning_type=freeze", "freeze_trainable_layers=1", "save_strategy=steps", "save_steps=2"};
        try {
            Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
            new Bench(temp).train(Bench.with(tiny.arguments(output, run), "report_to=tensorboard"));
        } finally {
            Locale.setDefault(before);
        }
        try (Stream<Path> files = Files.walk(output)) {
            assertThat(files.map(Path::toString)).allMatch(name -> name.chars().allMatch(letter -> letter < 128));
        }
        for (String file : List.of("trainer_log.jsonl", "README.md", "all_results.json")) {
            assertThat(output.resolve(file))
                    .content()
                    .matches(text -> text.chars().allMatch(letter -> letter < 128), "plain digits");
        }
    }

    private static Map<Path, FileTime> written(Path folder) throws IOException {
        Map<Path, FileTime> times = new TreeMap<>();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                times.put(file, Files.getLastModifiedTime(file));
            }
        }
        return times;
    }
}
