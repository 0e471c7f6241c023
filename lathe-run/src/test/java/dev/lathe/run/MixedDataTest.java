package dev.lathe.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lathe.data.LoadedData;
import dev.lathe.train.Event;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The keys that mix data sets reach the data room, which its own tests compare with the reference. */
class MixedDataTest {
    private final Path folder;
    private final TinyModel tiny;
    private final Bench bench;

    MixedDataTest(@TempDir Path folder) throws IOException {
        this.folder = folder;
        this.tiny = TinyModel.write(folder, 1, 1);
        this.bench = new Bench(folder);
        Path data = folder.resolve("data");
        Files.writeString(
                data.resolve("dataset_info.json"),
                "{\"a\": {\"file_name\": \"a.csv\"}, \"b\": {\"file_name\": \"b.csv\"}}");
        // Answers of 1, 2, 3 letters, and of 11, 12: the length of a sample tells the row.
        Files.writeString(data.resolve("a.csv"), rows(1, 3));
        Files.writeString(data.resolve("b.csv"), rows(11, 2));
    }

    private static String rows(int shortest, int count) {
        StringBuilder csv = new StringBuilder("instruction,input,output\n");
        IntStream.range(shortest, shortest + count)
                .forEach(
                        letters -> csv.append("q,,").append("x".repeat(letters)).append('\n'));
        return csv.toString();
    }

    private LoadedData load(String... more) {
        return bench.data(Bench.with(tiny.arguments(folder.resolve("out"), "dataset=a,b"), more));
    }

    private static List<Integer> letters(LoadedData.Set set) {
        return IntStream.range(0, set.samples().size())
                .mapToObj(i -> set.samples().get(i).supervised() - 2) // and the end of line and text
                .toList();
    }

    @Test
    void setsTakeTurns() {
        assertThat(letters(load().train())).containsExactly(1, 2, 3, 11, 12);
        assertThat(letters(load("mix_strategy=interleave_under").train())).containsExactly(1, 11, 2, 12);
        assertThat(letters(load("mix_strategy=interleave_over").train())).containsExactly(1, 11, 2, 12, 3, 11);
        assertThat(letters(load("mix_strategy=interleave_under", "interleave_probs=0,1")
                        .train()))
                .containsExactly(11, 12);
    }

    @Test
    void preprocessingKeysShowInPacks() {
        assertThat(load("packing=true", "cutoff_len=300", "preprocessing_batch_size=1")
                        .train()
                        .samples()
                        .size())
                .isEqualTo(5);
        assertThat(load("packing=true", "cutoff_len=300", "preprocessing_num_workers=5")
                        .train()
                        .samples()
                        .size())
                .isEqualTo(5);
        assertThat(load("packing=true", "cutoff_len=300").train().samples().size())
                .isOne();
    }

    @Test
    void eachEvaluationSetIsEvaluatedByItself() {
        Heard heard = bench.train(Bench.with(
                tiny.arguments(folder.resolve("out"), "dataset=a", "lora_rank=2", "num_train_epochs=1"),
                "eval_dataset=a,b",
                "eval_on_each_dataset=true",
                "eval_strategy=epoch"));
        assertThat(heard.all(Event.Evaluated.class))
                .flatExtracting(evaluated -> evaluated.metrics().sequencedKeySet().stream()
                        .filter(name -> name.endsWith("_loss"))
                        .toList())
                .contains("eval_a_loss", "eval_b_loss");
    }
}
