package dev.lathe.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lathe.base.Json;
import dev.lathe.base.Reference;
import dev.lathe.base.SafeFiles;
import dev.lathe.model.LoadedModel;
import dev.lathe.model.Matrices;
import dev.lathe.run.config.TrainRun;
import dev.lathe.tensor.DType;
import dev.lathe.train.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The output folder against goldens/train/artifacts: which files there are, and what the text files say. */
class OutputFolderTest {
    private static final Path ARTIFACTS = Path.of("reference/goldens/train/artifacts");
    private static final Set<String> PICKLES =
            Set.of("optimizer.pt", "scheduler.pt", "rng_state.pth", "training_args.bin");
    private static final Set<String> OURS = Set.of("lathe_state.json", "lathe_state.safetensors");

    /** Times of a machine, operations and tokens as each counts them. */
    private static final Set<String> MEASURED = Set.of(
            "train_runtime",
            "train_samples_per_second",
            "train_steps_per_second",
            "train_tokens_per_second",
            "eval_runtime",
            "eval_samples_per_second",
            "eval_steps_per_second",
            "elapsed_time",
            "remaining_time",
            "throughput",
            "total_flos",
            "num_input_tokens_seen", // the reference counts padding, for us there is none
            "total_tokens");

    private static Path artifact(String name) {
        return Reference.file(ARTIFACTS.resolve(name).toString());
    }

    private static GoldenRun run(String name) {
        return GoldenRun.fresh(Json.read(artifact("layouts.json")).path("runs").path(name));
    }

    @ParameterizedTest
    @CsvSource({
        "lora, adapter_lora",
        "additional_target, adapter_additional_target",
        "full, output_full",
        "pt_full, output_pt_full"
    })
    void equalsTheReference(String name, String golden, @TempDir Path temp) throws IOException {
        GoldenRun run = run(name);
        Path output = temp.resolve("out");
        new Bench(temp).train(run.arguments(output));
        assertThat(files(output)).isEqualTo(filesOf(run));
        if (run.settings().path("finetuning_type").asText().equals("lora")) {
            compareAdapterConfig(
                    Json.read(output.resolve("adapter_config.json")),
                    Json.read(artifact(golden).resolve("adapter_config.json")));
        } else { // a fresh adapter's losses depend on its random start
            compareStory(output, artifact(golden));
        }
    }

    /** The curves start from given adapters: here is what their settings make of a fresh one. */
    @ParameterizedTest
    @ValueSource(strings = {"lora_r8_all", "lora_alpha5_r4_qv", "lora_modules_to_save", "rslora_r8"})
    void aFreshAdapterIsOfTheSameKind(String name, @TempDir Path temp) {
        GoldenRun run = GoldenRun.curve(name);
        TrainRun config = TrainRun.of(Bench.configuration(run.arguments(temp)));
        try (LoadedModel model = LoadedModel.open(name, run.model())) {
            new TuningSource(config.finetune(), new Arithmetic(DType.F32, DType.F32), Matrices.HELD, 1)
                    .tune(model, Optional.empty())
                    .weights()
                    .write(temp, new SafeFiles(Bench.UNSYNCED), new Progress(0, 0, 0, 0, 0));
        }
        compareAdapterConfig(
                Json.read(temp.resolve("adapter_config.json")), run.golden().path("adapter_config"));
    }

    /** The reference's, with our state in place of its pickles. */
    private static Set<String> filesOf(GoldenRun run) {
        Set<String> expected = new TreeSet<>();
        for (Map.Entry<String, JsonNode> file : run.golden().path("files").properties()) {
            Path path = Path.of(file.getKey());
            boolean inCheckpoint = path.getNameCount() > 1;
            if (PICKLES.contains(path.getFileName().toString())) {
                if (inCheckpoint) {
                    OURS.forEach(own -> expected.add(path.resolveSibling(own).toString()));
                }
            } else {
                expected.add(file.getKey());
            }
        }
        return expected;
    }

    /** A fresh adapter, made from the keys of the configuration, says of itself what the reference's says. */
    private static void compareAdapterConfig(JsonNode found, JsonNode expected) {
        assertThat(keys(found)).isEqualTo(keys(expected));
        for (Map.Entry<String, JsonNode> entry : expected.properties()) {
            JsonNode value = found.path(entry.getKey());
            switch (entry.getKey()) {
                case "target_modules" -> assertThat(words(value)).isEqualTo(words(entry.getValue()));
                case "base_model_name_or_path" -> assertThat(value.isTextual()).isTrue();
                default -> assertSame(entry.getKey(), value, entry.getValue());
            }
        }
    }

    private static void compareStory(Path output, Path golden) throws IOException {
        for (String file :
                List.of("trainer_state.json", "all_results.json", "train_results.json", "eval_results.json")) {
            assertSame(file, Json.read(output.resolve(file)), Json.read(golden.resolve(file)));
        }
        JsonNode generation = Json.read(artifact("output_full").resolve("generation_config.json"));
        ((ObjectNode) generation).remove("transformers_version");
        assertThat(Json.read(output.resolve("generation_config.json"))).isEqualTo(generation);
        List<String> found = Files.readAllLines(output.resolve("trainer_log.jsonl"));
        List<String> expected = Files.readAllLines(golden.resolve("trainer_log.jsonl"));
        assertThat(found).hasSameSizeAs(expected);
        for (int i = 0; i < found.size(); i++) {
            String line = "trainer_log.jsonl line " + (i + 1);
            assertSame(line, Json.parse(found.get(i), line), Json.parse(expected.get(i), line));
        }
    }

    /** Equal in form; numbers to four digits, but those {@link #MEASURED}. */
    private static void assertSame(String place, JsonNode found, JsonNode expected) {
        if (expected.isObject()) {
            assertThat(keys(found)).as(place).isEqualTo(keys(expected));
            for (Map.Entry<String, JsonNode> entry : expected.properties()) {
                JsonNode value = found.path(entry.getKey());
                if (MEASURED.contains(entry.getKey())) {
                    assertThat(value.getNodeType())
                            .as("%s %s", place, entry.getKey())
                            .isEqualTo(entry.getValue().getNodeType());
                } else {
                    assertSame(place + " " + entry.getKey(), value, entry.getValue());
                }
            }
        } else if (expected.isArray()) {
            assertThat(found.size()).as(place).isEqualTo(expected.size());
            for (int i = 0; i < expected.size(); i++) {
                assertSame("%s[%d]".formatted(place, i), found.get(i), expected.get(i));
            }
        } else if (expected.isNumber()) {
            assertThat(found.isIntegralNumber()).as(place + " is whole").isEqualTo(expected.isIntegralNumber());
            double value = expected.doubleValue();
            double tolerance = place.contains("grad_norm") ? 1e-3 : 1e-4;
            assertThat(found.doubleValue()).as(place).isCloseTo(value, within(tolerance * Math.abs(value)));
        } else {
            assertThat(found).as(place).isEqualTo(expected);
        }
    }

    private static List<String> keys(JsonNode object) {
        return object.properties().stream().map(Map.Entry::getKey).toList();
    }

    private static Set<String> words(JsonNode array) {
        Set<String> words = new TreeSet<>();
        StreamSupport.stream(array.spliterator(), false).forEach(word -> words.add(word.asText()));
        return words;
    }

    private static Set<String> files(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            Set<String> names = new TreeSet<>();
            all.filter(Files::isRegularFile)
                    .forEach(file -> names.add(folder.relativize(file).toString()));
            return names;
        }
    }
}
