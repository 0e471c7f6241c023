package dev.lathe.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lathe.base.Json;
import dev.lathe.base.Reference;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
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

    /** Times of a machine, and operations as it counts them. */
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
            "total_flos");

    private static Path artifact(String name) {
        return Reference.file(ARTIFACTS.resolve(name).toString());
    }

    private static GoldenRun run(String name) {
        return GoldenRun.of(Json.read(artifact("layouts.json")).path("runs").path(name));
    }

    @ParameterizedTest
    @ValueSource(strings = {"lora", "rslora", "additional_target", "full", "pt_full"})
    void holdsTheSameFiles(String name, @TempDir Path temp) throws IOException {
        GoldenRun run = run(name);
        Path output = temp.resolve("out");
        new Bench(temp).train(run.arguments(output));
        Set<String> expected = new TreeSet<>();
        for (Map.Entry<String, JsonNode> file : run.golden().path("files").properties()) {
            Path path = Path.of(file.getKey());
            if (PICKLES.contains(path.getFileName().toString())) {
                if (path.getNameCount() > 1) {
                    OURS.forEach(own -> expected.add(path.resolveSibling(own).toString()));
                }
            } else {
                expected.add(file.getKey());
            }
        }
        TreeSet<String> a=new TreeSet<>(files(output)), b=new TreeSet<>(expected); a.removeAll(expected); b.removeAll(files(output)); System.out.println("DIFF "+name+" more "+a+" less "+b);
    }

    /** A fresh adapter, made from the keys of the configuration, says of itself what the reference's says. */
    @ParameterizedTest
    @CsvSource({"lora,adapter_lora", "additional_target,adapter_additional_target"})
    void describesTheAdapterInTheSameWords(String name, String folder, @TempDir Path temp) {
        Path output = temp.resolve("out");
        new Bench(temp).train(run(name).arguments(output));
        JsonNode found = Json.read(output.resolve("adapter_config.json"));
        JsonNode golden = Json.read(artifact(folder).resolve("adapter_config.json"));
        assertThat(found.properties().stream().map(Map.Entry::getKey).toList())
                .isEqualTo(golden.properties().stream().map(Map.Entry::getKey).toList());
        for (Map.Entry<String, JsonNode> entry : golden.properties()) {
            JsonNode value = found.path(entry.getKey());
            switch (entry.getKey()) {
                case "target_modules" -> assertThat(words(value)).isEqualTo(words(entry.getValue()));
                case "base_model_name_or_path" -> assertThat(value.isTextual()).isTrue();
                default -> assertSame(entry.getKey(), value, entry.getValue(), Set.of());
            }
        }
    }

    /** Losses of a fresh adapter's first step are the base model's; of a full run, all are the reference's. */
    @ParameterizedTest
    @CsvSource({"full,output_full", "pt_full,output_pt_full"})
    void tellsTheSameStory(String name, String folder, @TempDir Path temp) throws IOException {
        Path output = temp.resolve("out");
        new Bench(temp).train(run(name).arguments(output));
        Path golden = artifact(folder);
        for (String file : List.of("trainer_state.json", "all_results.json", "train_results.json", "eval_results.json")) {
            assertSame(file, Json.read(output.resolve(file)), Json.read(golden.resolve(file)), MEASURED);
        }
        List<String> found = Files.readAllLines(output.resolve("trainer_log.jsonl"));
        List<String> expected = Files.readAllLines(golden.resolve("trainer_log.jsonl"));
        assertThat(found).hasSameSizeAs(expected);
        for (int i = 0; i < found.size(); i++) {
            String line = "trainer_log.jsonl line " + (i + 1);
            assertSame(line, Json.parse(found.get(i), line), Json.parse(expected.get(i), line), MEASURED);
        }
    }

    /** Equal in form; numbers to four digits, but those {@code measured}. */
    private static void assertSame(String place, JsonNode found, JsonNode expected, Set<String> measured) {
        if (expected.isObject()) {
            assertThat(found.properties().stream().map(Map.Entry::getKey).toList())
                    .as(place)
                    .isEqualTo(expected.properties().stream().map(Map.Entry::getKey).toList());
            for (Map.Entry<String, JsonNode> entry : expected.properties()) {
                if (measured.contains(entry.getKey())) {
                    assertThat(found.path(entry.getKey()).getNodeType())
                            .as("%s %s", place, entry.getKey())
                            .isEqualTo(entry.getValue().getNodeType());
                } else {
                    assertSame(
                            place + " " + entry.getKey(), found.path(entry.getKey()), entry.getValue(), measured);
                }
            }
        } else if (expected.isArray()) {
            assertThat(found.size()).as(place).isEqualTo(expected.size());
            for (int i = 0; i < expected.size(); i++) {
                assertSame("%s[%d]".formatted(place, i), found.get(i), expected.get(i), measured);
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
