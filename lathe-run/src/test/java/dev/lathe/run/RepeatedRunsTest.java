package dev.lathe.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lathe.base.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A program that trains, asks and exports again and again needs no more memory than one that does it once. */
class RepeatedRunsTest {
    private static final long SEED = 77;

    @ParameterizedTest
    @ValueSource(strings = {"lora", "full", "freeze"})
    void trainingLeavesNothingBehind(String method, @TempDir Path temp) throws IOException {
        TinyModel tiny = TinyModel.write(temp, SEED, 8);
        List<String> arguments = tiny.arguments(
                temp.resolve("out"),
                "finetuning_type=" + method,
                "overwrite_output_dir=true",
                "val_size=2",
                "eval_strategy=epoch",
                "save_strategy=epoch",
                "load_best_model_at_end=true",
                "freeze_trainable_layers=1");
        leavesNothing(temp, () -> new Bench(temp).train(arguments));
    }

    @Test
    void adaptersOnAdaptersLeaveNothingBehind(@TempDir Path temp) throws IOException {
        TinyModel tiny = TinyModel.write(temp, SEED, 8);
        new Bench(temp).train(tiny.arguments(temp.resolve("first")));
        String adapters = "adapter_name_or_path=%s,%s".formatted(temp.resolve("first"), temp.resolve("first"));
        List<String> arguments = tiny.arguments(temp.resolve("out"), "overwrite_output_dir=true", adapters);
        leavesNothing(temp, () -> new Bench(temp).train(arguments));
    }

    @Test
    void askingLeavesNothingBehind(@TempDir Path temp) throws IOException {
        TinyModel tiny = TinyModel.write(temp, SEED, 8);
        new Bench(temp).train(tiny.arguments(temp.resolve("out")));
        leavesNothing(temp, () -> {
            try (TrainedModel model = TrainedModel.open(
                    new Bench(temp).host(),
                    "model_name_or_path=" + tiny.model(),
                    "adapter_name_or_path=" + temp.resolve("out"),
                    "template=default",
                    "max_new_tokens=4")) {
                model.ask("well?");
            }
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"float32", "bfloat16"})
    void exportingLeavesNothingBehind(String format, @TempDir Path temp) throws IOException {
        TinyModel tiny = TinyModel.write(temp, SEED, 8);
        new Bench(temp).train(tiny.arguments(temp.resolve("out")));
        leavesNothing(temp, () -> Told.at(temp, Bench.UNSYNCED)
                .export(
                        "model_name_or_path", tiny.model(),
                        "adapter_name_or_path", temp.resolve("out"),
                        "template", "default",
                        "infer_dtype", format,
                        "export_dir", temp.resolve("exported")));
    }

    @Test
    void aModelWithoutTokenizerIsClosedAgain(@TempDir Path temp) throws IOException {
        TinyModel tiny = TinyModel.write(temp, SEED, 8);
        Files.delete(tiny.model().resolve("tokenizer.json"));
        assertThatThrownBy(() -> new Bench(temp).train(tiny.arguments(temp.resolve("out"))))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("tokenizer.json");
        assertThat(mapped(temp)).isEmpty();
    }

    private static void leavesNothing(Path temp, Runnable work) throws IOException {
        work.run(); // what is made once stays: classes, threads, caches
        long before = Pointer.totalCount();
        for (int i = 0; i < 3; i++) {
            work.run();
        }
        assertThat(Pointer.totalCount()).as("native objects").isLessThanOrEqualTo(before);
        assertThat(mapped(temp)).as("mapped weight files").isEmpty();
    }

    /** Weight files below a folder that are mapped into this process; tokenised data waits for Java's collector. */
    private static List<String> mapped(Path folder) throws IOException {
        Path maps = Path.of("/proc/self/maps");
        assumeTrue(Files.isReadable(maps), "only Linux tells what is mapped");
        return Files.readAllLines(maps).stream()
                .filter(line -> line.contains(folder.toString()) && line.endsWith(".safetensors"))
                .toList();
    }
}
