package dev.lathe.run;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lathe.base.Json;
import dev.lathe.train.Event;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A run that was stopped, however often, and continued equals the run that was not: losses, gradient norms, evaluations,
 * logs and final weights, bit for bit.
 */
class ContinuedRunTest {
    private static final int ROWS =
            13; // two rows a micro-batch, two of those a step: the fourth step has one of one row

    private static final Map<String, String[]> KINDS = Map.of(
            "lora with dropout", new String[] {"lora_rank=2", "lora_dropout=0.2", "additional_target=embed_tokens"},
            "full", new String[] {"finetuning_type=full", "weight_decay=0.1"},
            "full in pure bf16", new String[] {"finetuning_type=full", "pure_bf16=true"},
            "lora in bf16 with evaluation",
                    new String[] {"lora_rank=2", "bf16=true", "val_size=3", "eval_strategy=steps", "eval_steps=2"},
            "full, best of all",
                    new String[] {
                        "finetuning_type=full",
                        "learning_rate=0.05",
                        "val_size=3",
                        "eval_strategy=steps",
                        "eval_steps=1",
                        "save_strategy=steps",
                        "save_steps=1",
                        "load_best_model_at_end=true",
                        "greater_is_better=true",
                        "save_total_limit=1"
                    },
            "freeze without recomputation",
                    new String[] {
                        "finetuning_type=freeze", "freeze_trainable_layers=1", "disable_gradient_checkpointing=true"
                    },
            "streamed",
                    new String[] {
                        "lora_rank=2",
                        "streaming=true",
                        "buffer_size=5",
                        "preprocessing_batch_size=4",
                        "max_steps=8",
                        "val_size=2",
                        "eval_strategy=steps",
                        "eval_steps=3"
                    },
            "streamed packs",
                    new String[] {
                        "finetuning_type=full",
                        "streaming=true",
                        "packing=true",
                        "preprocessing_batch_size=5",
                        "max_steps=8"
                    },
            "packed", new String[] {"finetuning_type=full", "neat_packing=true", "per_device_train_batch_size=1"});

    static Stream<Arguments> cases() {
        return KINDS.keySet().stream().sorted().flatMap(kind -> Stream.of(11L, 12L)
                .map(seed -> Arguments.of(kind, seed)));
    }

    static Stream<String> kinds() {
        return KINDS.keySet().stream().sorted().filter(kind -> !kind.contains("best"));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void stoppedTwiceEqualsUninterrupted(String kind, long seed, @TempDir Path temp) throws IOException {
        TinyModel tiny = TinyModel.write(temp, seed, ROWS);
        Bench bench = new Bench(temp);
        Path whole = temp.resolve("whole");
        Path parts = temp.resolve("parts");
        Heard uninterrupted = bench.train(arguments(tiny, whole, kind, seed));
        Heard continued = new Heard();
        for (int stopAfter : new int[] {2, 3, Integer.MAX_VALUE}) {
            AtomicInteger steps = new AtomicInteger(-1); // asked before the first step, too
            Host host = bench.host(Bench.UNSYNCED, () -> steps.incrementAndGet() >= stopAfter);
            bench.train(host, arguments(tiny, parts, kind, seed), continued);
        }

        assertThat(uninterrupted.steps()).hasSizeGreaterThan(5);
        assertThat(facts(continued)).isEqualTo(facts(uninterrupted));
        assertThat(evaluations(continued)).isEqualTo(evaluations(uninterrupted));
        assertSameWeights(whole, parts);
        assertThat(logged(parts)).isEqualTo(logged(whole));
        assertThat(history(parts)).isEqualTo(history(whole));
        assertThat(bench.said()).contains("Going on from " + parts.resolve("checkpoint-2"), "Stopped at step 5 of");
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void fromEveryCheckpointItEndsTheSame(String kind, @TempDir Path temp) throws IOException {
        long seed = 13;
        TinyModel tiny = TinyModel.write(temp, seed, ROWS);
        Bench bench = new Bench(temp);
        Path whole = temp.resolve("whole");
        List<String> arguments = Bench.with(arguments(tiny, whole, kind, seed), "save_strategy=steps", "save_steps=3");
        Heard uninterrupted = bench.train(arguments);
        for (int step : new int[] {3, uninterrupted.steps().size()}) {
            Path again = temp.resolve("again-" + step);
            Heard rest = bench.train(Bench.with(
                    arguments, "output_dir=" + again, "resume_from_checkpoint=" + whole.resolve("checkpoint-" + step)));
            assertThat(facts(rest))
                    .isEqualTo(facts(uninterrupted)
                            .subList(step, uninterrupted.steps().size()));
            assertSameWeights(whole, again);
        }
    }

    private static List<String> arguments(TinyModel tiny, Path output, String kind, long seed) {
        return Bench.with(tiny.arguments(output, "seed=" + seed), KINDS.getOrDefault(kind, new String[0]));
    }

    private record Facts(long step, double epoch, long tokens, long samples, double loss, double norm, double rate) {}

    private static List<Facts> facts(Heard heard) {
        return heard.steps().stream()
                .map(step -> new Facts(
                        step.progress().step(),
                        step.progress().epoch(),
                        step.progress().tokens(),
                        step.progress().samples(),
                        step.loss(),
                        step.gradNorm(),
                        step.learningRate()))
                .toList();
    }

    private static List<String> evaluations(Heard heard) {
        return heard.all(Event.Evaluated.class).stream()
                .map(evaluated ->
                        evaluated.progress().step() + ": " + evaluated.metrics().get("eval_loss"))
                .toList();
    }

    private static void assertSameWeights(Path one, Path other) throws IOException {
        List<Path> files = new ArrayList<>();
        try (Stream<Path> all = Files.list(one)) {
            all.filter(file -> file.toString().endsWith(".safetensors")).forEach(files::add);
        }
        assertThat(files).isNotEmpty();
        for (Path file : files) {
            assertThat(other.resolve(file.getFileName())).hasSameBinaryContentAs(file);
        }
    }

    private static List<String> logged(Path output) throws IOException {
        return Files.readAllLines(output.resolve("trainer_log.jsonl")).stream()
                .map(line -> Json.parse(line, "log"))
                .map(line -> "%s %s %s %s %s"
                        .formatted(
                                line.path("current_steps"),
                                line.path("loss"),
                                line.path("eval_loss"),
                                line.path("lr"),
                                line.path("epoch")))
                .toList();
    }

    private static List<String> history(Path output) {
        List<String> entries = new ArrayList<>();
        for (JsonNode entry : Json.read(output.resolve("trainer_state.json")).path("log_history")) {
            if (!entry.has("train_loss")) {
                entries.add("%s %s %s %s"
                        .formatted(
                                entry.path("step"),
                                entry.path("loss"),
                                entry.path("grad_norm"),
                                entry.path("eval_loss")));
            }
        }
        return entries;
    }
}
