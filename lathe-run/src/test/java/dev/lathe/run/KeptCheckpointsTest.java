package dev.lathe.run;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lathe.base.Json;
import dev.lathe.train.Event;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which checkpoints stay, and which one a run ends with. */
class KeptCheckpointsTest {
    private static final String[] BEST = {
        "finetuning_type=full",
        "learning_rate=0.05",
        "num_train_epochs=3",
        "val_size=4",
        "eval_strategy=steps",
        "eval_steps=1",
        "save_strategy=steps",
        "save_steps=1",
        "load_best_model_at_end=true",
        "greater_is_better=true" // the loss falls here, so that the best is not the last
    };

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void endsWithTheBestAndKeepsItBesideTheNewest(long seed, @TempDir Path temp) throws IOException {
        TinyModel tiny = TinyModel.write(temp, seed, 13);
        Path output = temp.resolve("out");
        Heard heard = new Bench(temp).train(Bench.with(tiny.arguments(output, BEST), "save_total_limit=2"));
        long last = heard.steps().size();
        List<Event.Evaluated> evaluations =
                heard.all(Event.Evaluated.class).subList(0, Math.toIntExact(last)); // one more comes after the end
        Event.Evaluated best = evaluations.stream()
                .max(Comparator.comparingDouble(KeptCheckpointsTest::loss))
                .orElseThrow();
        assertThat(best.progress().step()).isLessThan(last - 1);

        Path checkpoint = output.resolve("checkpoint-" + best.progress().step());
        assertThat(checkpoints(output))
                .containsExactlyInAnyOrder(checkpoint.getFileName().toString(), "checkpoint-" + last);
        assertThat(output.resolve("model.safetensors")).hasSameBinaryContentAs(checkpoint.resolve("model.safetensors"));
        assertThat(loss(heard.all(Event.Evaluated.class).getLast())).isEqualTo(loss(best));
        JsonNode state = Json.read(output.resolve("trainer_state.json"));
        assertThat(state.path("best_global_step").longValue())
                .isEqualTo(best.progress().step());
        assertThat(state.path("best_metric").doubleValue()).isEqualTo(loss(best));
        assertThat(state.path("best_model_checkpoint").asText()).isEqualTo(checkpoint.toString());
    }

    /** The best evaluation may fall on a step that is not saved. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void theBestIsOneThatWasSaved(long seed, @TempDir Path temp) throws IOException {
        TinyModel tiny = TinyModel.write(temp, seed, 13);
        Path output = temp.resolve("out");
        Heard heard = new Bench(temp).train(Bench.with(tiny.arguments(output, BEST), "save_steps=4"));
        long best = heard.all(Event.Evaluated.class).stream()
                .filter(evaluated -> Files.exists(
                        output.resolve("checkpoint-" + evaluated.progress().step())))
                .max(Comparator.comparingDouble(KeptCheckpointsTest::loss))
                .orElseThrow()
                .progress()
                .step();
        assertThat(output.resolve("model.safetensors"))
                .hasSameBinaryContentAs(output.resolve("checkpoint-" + best + "/model.safetensors"));
    }

    @Test
    void theLimitKeepsTheNewest(@TempDir Path temp) throws IOException {
        TinyModel tiny = TinyModel.write(temp, 1, 13);
        Path output = temp.resolve("out");
        List<String> arguments =
                tiny.arguments(output, "lora_rank=2", "save_strategy=steps", "save_steps=1", "save_total_limit=2");
        Heard heard = new Bench(temp).train(arguments);
        int last = heard.steps().size();
        assertThat(checkpoints(output)).containsExactlyInAnyOrder("checkpoint-" + (last - 1), "checkpoint-" + last);
    }

    /** Checkpoints with higher numbers that an earlier run left do not push out those of this one. */
    @Test
    void aRunThatStartsAnewKeepsItsOwn(@TempDir Path temp) throws IOException {
        TinyModel tiny = TinyModel.write(temp, 1, 13);
        Path output = temp.resolve("out");
        List<String> arguments =
                tiny.arguments(output, "lora_rank=2", "save_strategy=steps", "save_steps=1", "save_total_limit=2");
        new Bench(temp).train(Bench.with(arguments, "max_steps=9"));
        new Bench(temp).train(Bench.with(arguments, "max_steps=3", "overwrite_output_dir=true"));
        assertThat(checkpoints(output)).containsExactlyInAnyOrder("checkpoint-2", "checkpoint-3");
    }

    @Test
    void anEpochsEndIsSavedAndEvaluated(@TempDir Path temp) throws IOException {
        TinyModel tiny = TinyModel.write(temp, 1, 13);
        Path output = temp.resolve("out");
        Heard heard = new Bench(temp)
                .train(tiny.arguments(
                        output,
                        "lora_rank=2",
                        "num_train_epochs=2.5",
                        "val_size=2",
                        "save_strategy=epoch",
                        "eval_strategy=epoch"));
        assertThat(checkpoints(output)).containsExactlyInAnyOrder("checkpoint-3", "checkpoint-6", "checkpoint-8");
        assertThat(heard.all(Event.Evaluated.class).stream()
                        .map(evaluated -> evaluated.progress().step()))
                .containsExactly(3L, 6L, 8L, 8L); // and once more at the end
    }

    private static double loss(Event.Evaluated evaluated) {
        return evaluated.metrics().getOrDefault("eval_loss", Double.NaN);
    }

    private static List<String> checkpoints(Path output) throws IOException {
        try (Stream<Path> entries = Files.list(output)) {
            return entries.map(entry -> entry.getFileName().toString())
                    .filter(name -> name.startsWith("checkpoint-"))
                    .toList();
        }
    }
}
