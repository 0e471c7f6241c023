package dev.lathe.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run that goes on with other settings, other data or from another program's checkpoint. */
class ChangedRunsTest {
    private static final String[] LORA = {"lora_rank=2", "save_strategy=steps", "save_steps=2"};

    @Test
    void aChangeThatMakesItAnotherRunIsRefused(@TempDir Path temp) {
        TinyModel tiny = TinyModel.write(temp, 1, 9);
        Bench bench = new Bench(temp);
        Path output = temp.resolve("out");
        bench.train(tiny.arguments(output, LORA));
        Bench.assertRefused(
                () -> bench.train(Bench.with(tiny.arguments(output, LORA), "lora_rank=4", "seed=7", "cutoff_len=64")),
                output.resolve("checkpoint-6") + " was made with other settings",
                "lora_rank: was 2, is 4",
                "seed: was 42, is 7",
                "cutoff_len: was 96, is 64",
                "Set them back to go on",
                "overwrite_output_dir: true");
        Bench.assertRefused(
                () -> bench.train(Bench.with(tiny.arguments(output, LORA), "finetuning_type=full")),
                "finetuning_type: was lora, is full");
    }

    @Test
    void otherDataUnderTheSameNameIsRefused(@TempDir Path temp) {
        Bench bench = new Bench(temp);
        Path output = temp.resolve("out");
        bench.train(TinyModel.write(temp, 1, 9).arguments(output, LORA));
        Bench.assertRefused(
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
        Bench.assertRefused(
                () -> bench.train(tiny.arguments(output, LORA)), "training data: was 9 samples of ", ", is 9 samples");
        tiny.writeData(rows);
        bench.train(Bench.with(tiny.arguments(output, LORA), "num_train_epochs=3"));
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
}
