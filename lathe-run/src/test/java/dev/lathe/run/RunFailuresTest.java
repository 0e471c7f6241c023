package dev.lathe.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lathe.base.Disk;
import dev.lathe.base.Json;
import dev.lathe.base.UserError;
import dev.lathe.tensor.DType;
import dev.lathe.tensor.Tensors;
import dev.lathe.train.Event;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
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

/** What a user is told when a run cannot begin or cannot go on, and that nothing is lost by it. */
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
            assertThat(names(output)).contains("checkpoint-2").noneMatch(name -> name.contains(".part-"));
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
    void aChangeThatMakesItAnotherRunIsRefused(@TempDir Path temp) {
        TinyModel tiny = TinyModel.write(temp, 1, 9);
        Bench bench = new Bench(temp);
        Path output = temp.resolve("out");
        bench.train(tiny.arguments(output, LORA));
        assertRefused(
                () -> bench.train(Bench.with(tiny.arguments(output, LORA), "lora_rank=4", "seed=7", "cutoff_len=64")),
                output.resolve("checkpoint-6") + " was made with other settings",
                "lora_rank: was 2, is 4",
                "seed: was 42, is 7",
                "cutoff_len: was 96, is 64",
                "Set them back to go on",
                "overwrite_output_dir: true");
        assertRefused(
                () -> bench.train(Bench.with(tiny.arguments(output, LORA), "finetuning_type=full")),
                "finetuning_type: was lora, is full");
    }

    @Test
    void otherDataUnderTheSameNameIsRefused(@TempDir Path temp) {
        Bench bench = new Bench(temp);
        Path output = temp.resolve("out");
        bench.train(TinyModel.write(temp, 1, 9).arguments(output, LORA));
        assertRefused(
                () -> bench.train(TinyModel.write(temp, 1, 10).arguments(output, LORA)),
                "training data: was 9 samples of ",
                ", is 10 samples of ");
    }

    /** The same number of rows and of tokens: only the content tells. */
    @Test
    void oneChangedLetterInTheDataIsNoticed(@TempDir Path temp) throws IOException {
        Bench bench = new Bench(temp);
        Path output = temp.resolve("out");
        TinyModel tiny = TinyModel.write(temp, 1, 9);
        bench.train(tiny.arguments(output, LORA));
        Path file = temp.resolve("data/tiny.json");
        String rows = Files.readString(file);
        int letter = rows.indexOf("\"output\":\"") + 10;
        tiny.writeData(
                rows.substring(0, letter) + (rows.charAt(letter) == 'a' ? 'b' : 'a') + rows.substring(letter + 1));
        assertRefused(
                () -> bench.train(tiny.arguments(output, LORA)), "training data: was 9 samples of ", ", is 9 samples");
        tiny.writeData(rows);
        bench.train(Bench.with(tiny.arguments(output, LORA), "num_train_epochs=3"));
    }

    @Test
    void whatAKillLeftHalfWrittenIsSwept(@TempDir Path temp) throws IOException {
        TinyModel tiny = TinyModel.write(temp, 1, 5);
        Path output = Files.createDirectories(temp.resolve("out"));
        Files.createDirectories(output.resolve(".checkpoint-2.part-k3x9/deeper"));
        Files.writeString(output.resolve(".adapter_model.safetensors.part-1zq0"), "half");
        Files.writeString(output.resolve(".mine"), "kept");
        new Bench(temp).train(tiny.arguments(output, LORA));
        assertThat(names(output)).contains(".mine").noneMatch(name -> name.contains(".part-"));
    }

    @Test
    void aHarmlessChangeIsSaid(@TempDir Path temp) {
        TinyModel tiny = TinyModel.write(temp, 1, 9);
        Bench bench = new Bench(temp);
        Path output = temp.resolve("out");
        bench.train(tiny.arguments(output, LORA));
        Heard more = bench.train(Bench.with(tiny.arguments(output, LORA), "num_train_epochs=3", "learning_rate=0.02"));
        assertThat(more.steps().getFirst().progress().step()).isEqualTo(7);
        assertThat(bench.said())
                .contains("Changed since the checkpoint: learning_rate: was 0.01, is 0.02")
                .contains("Changed since the checkpoint: num_train_epochs: was 2, is 3");
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
        assertThat(names(output)).containsExactlyInAnyOrder("checkpoint-1", "trainer_log.jsonl", "runs");
        bench.train(arguments);
        assertThat(names(output)).contains("README.md", "all_results.json", "training_loss.png", "trainer_state.json");
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
        assertRefused(
                () -> bench.train(full, tiny.arguments(temp.resolve("out"), LORA)),
                "Out of memory while training: another 281474.98 GB is not there",
                "per_device_train_batch_size",
                "cutoff_len");
    }

    @Test
    void aFolderThatCannotBeWrittenToIsSaidBeforeAnythingIsRead(@TempDir Path temp) throws IOException {
        TinyModel tiny = TinyModel.write(temp, 1, 9);
        Bench bench = new Bench(temp);
        Path file = Files.writeString(temp.resolve("file"), "mine");
        assertRefused(
                () -> bench.train(tiny.arguments(file.resolve("out"), LORA)),
                file.resolve("out") + " cannot be written to: " + file + " is a file",
                "Choose another output_dir");
        Disk refusing = path -> {
            throw new AccessDeniedException(path.toString());
        };
        assertRefused(
                () -> bench.train(bench.host(refusing, () -> false), tiny.arguments(temp.resolve("out"), LORA)),
                temp.resolve("out") + " could not be written: no permission for ");
        assertThat(bench.said()).doesNotContain("Data:");
    }

    @Test
    void dataWithNothingToLearnIsRefused(@TempDir Path temp) {
        TinyModel tiny = TinyModel.write(temp, 1, 5);
        assertRefused(
                () -> new Bench(temp).train(Bench.with(tiny.arguments(temp.resolve("out"), LORA), "cutoff_len=1")),
                "no sample has a supervised token",
                "Raise cutoff_len");
    }

    @Test
    void aModelThatIsNeitherHereNorOnTheHubIsSaidToBeNeither(@TempDir Path temp) {
        TinyModel tiny = TinyModel.write(temp, 1, 5);
        Host offline = new Bench(temp).host();
        assertRefused(
                () -> new Bench(temp)
                        .train(
                                offline,
                                Bench.with(
                                        tiny.arguments(temp.resolve("out"), LORA),
                                        "model_name_or_path=some/model",
                                        "cache_dir=" + temp.resolve("hub"))),
                "model_name_or_path: there is no folder or file some/model here, and on the hub: ");
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

    /** The reference's optimizer is a pickle, so a folder of its making gives its weights and no more. */
    @Test
    void aCheckpointOfTheReferenceGivesItsWeights(@TempDir Path temp) throws IOException {
        TinyModel tiny = TinyModel.write(temp, 1, 9);
        Bench bench = new Bench(temp);
        Path ours = temp.resolve("ours");
        bench.train(tiny.arguments(ours, LORA));
        Path output = temp.resolve("out");
        Path theirs = Files.createDirectories(output.resolve("checkpoint-60"));
        for (String name : List.of("adapter_model.safetensors", "adapter_config.json", "trainer_state.json")) {
            Files.copy(ours.resolve(name), theirs.resolve(name));
        }
        Files.writeString(theirs.resolve("optimizer.pt"), "not read");
        Heard again = bench.train(tiny.arguments(output, LORA));

        assertThat(bench.said()).contains(theirs + " was not written by Lathe: its weights are used");
        assertThat(again.steps()).hasSize(6);
        Heard started =
                bench.train(Bench.with(tiny.arguments(temp.resolve("started"), LORA), "adapter_name_or_path=" + ours));
        assertThat(again.losses()).isEqualTo(started.losses());
        // From now on this run's own checkpoints count, although their numbers are lower.
        assertThat(bench.train(tiny.arguments(output, LORA)).steps()).isEmpty();
        assertThat(theirs.resolve("optimizer.pt")).exists();
    }

    @Test
    void anAdapterForAnotherModelIsRefused(@TempDir Path temp) {
        TinyModel tiny = TinyModel.write(temp, 1, 5);
        Bench bench = new Bench(temp);
        Path adapter = temp.resolve("adapter");
        bench.train(tiny.arguments(adapter, "lora_rank=2"));
        ObjectNode wider = ((ObjectNode) Json.read(tiny.model().resolve("config.json"))).put("hidden_size", 32);
        Path other = temp.resolve("other");
        List<String> arguments = Bench.with(
                tiny.arguments(temp.resolve("out"), "lora_rank=2"),
                "model_name_or_path=" + other,
                "train_from_scratch=true",
                "adapter_name_or_path=" + adapter);
        copyModel(tiny.model(), other, wider);
        assertRefused(() -> bench.train(arguments), adapter.toString(), "lora_A.weight", "[2, 16]", "[2, 32]");
        copyModel(
                tiny.model(),
                other,
                ((ObjectNode) Json.read(tiny.model().resolve("config.json"))).put("num_hidden_layers", 3));
        assertRefused(
                () -> bench.train(arguments),
                adapter + " has no tensor base_model.model.model.layers.2",
                "the adapter was made for another model, or is not whole");
    }

    @Test
    void balancingExpertsThatAreNotThereIsRefused(@TempDir Path temp) {
        TinyModel tiny = TinyModel.write(temp, 1, 5);
        assertRefused(
                () -> new Bench(temp).train(tiny.arguments(temp.resolve("out"), "moe_aux_loss_coef=0.1")),
                "moe_aux_loss_coef",
                "has no experts to balance");
    }

    @Test
    void emptyDataIsRefused(@TempDir Path temp) {
        TinyModel tiny = TinyModel.write(temp, 1, 5);
        tiny.writeData("[{\"instruction\": \"a\", \"output\": null}, {\"instruction\": \"b\"}]");
        assertRefused(
                () -> new Bench(temp).train(tiny.arguments(temp.resolve("out"), LORA)),
                "dataset: no sample is left: 2 rows",
                "dropped: 2 no answer");
    }

    @Test
    void aTemplateWhoseTokensTheModelLacksIsRefused(@TempDir Path temp) {
        TinyModel tiny = TinyModel.write(temp, 1, 5);
        assertRefused(
                () -> new Bench(temp).train(Bench.with(tiny.arguments(temp.resolve("out"), LORA), "template=llama3")),
                "the data holds token 259",
                "the model's embedding has 259 rows",
                "choose a template whose tokens the model knows");
    }

    @Test
    void aFolderThatHoldsAModelIsNotOverwritten(@TempDir Path temp) {
        TinyModel tiny = TinyModel.write(temp, 1, 5);
        Bench bench = new Bench(temp);
        Path output = temp.resolve("out");
        bench.train(tiny.arguments(output, "lora_rank=2"));
        assertRefused(
                () -> bench.train(tiny.arguments(output, "lora_rank=2")),
                output + " already holds a model",
                "overwrite_output_dir: true");
        Heard again = bench.train(tiny.arguments(output, "lora_rank=2", "overwrite_output_dir=true"));
        assertThat(again.all(Event.RunFinished.class)).hasSize(1);
    }

    @Test
    void aCheckpointThatIsNotThereIsRefused(@TempDir Path temp) {
        TinyModel tiny = TinyModel.write(temp, 1, 5);
        Path output = temp.resolve("out");
        assertRefused(
                () -> new Bench(temp).train(tiny.arguments(output, "resume_from_checkpoint=true")),
                "resume_from_checkpoint",
                output + " holds no checkpoint");
        assertRefused(
                () -> new Bench(temp)
                        .train(tiny.arguments(output, "resume_from_checkpoint=" + temp.resolve("nowhere"))),
                temp.resolve("nowhere") + " is not there");
    }

    private static void assertRefused(org.assertj.core.api.ThrowableAssert.ThrowingCallable run, String... said) {
        assertThatThrownBy(run).isInstanceOf(UserError.class).hasMessageContainingAll(said);
    }

    private static void copyModel(Path from, Path to, ObjectNode config) {
        try {
            Files.createDirectories(to);
            for (String name : List.of("tokenizer.json", "tokenizer_config.json")) {
                Files.write(to.resolve(name), Files.readAllBytes(from.resolve(name)));
            }
            Files.writeString(to.resolve("config.json"), config.toString());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.map(entry -> entry.getFileName().toString()).toList();
        }
    }
}
