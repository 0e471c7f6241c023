package dev.lathe.bench.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lathe.base.UserError;
import dev.lathe.bench.report.Headline;
import dev.lathe.bench.report.Measurement;
import dev.lathe.bench.report.Metric;
import dev.lathe.bench.report.Section;
import dev.lathe.run.Host;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole measurements of the bundled model: that they come to an end and add up, never how fast anything is. */
class SeedlingBenchTest {
    private static final Conditions CONDITIONS = new Conditions(new LinkedHashMap<>(), new LinkedHashMap<>());

    @TempDir
    private Path folder = Path.of("");

    private final ByteArrayOutputStream said = new ByteArrayOutputStream();

    private Host host() {
        Map<String, String> environment =
                Map.of("LATHE_CACHE", folder.resolve("cache").toString(), "OMP_NUM_THREADS", "1");
        return Host.ofProcess(environment, new PrintStream(said, true, StandardCharsets.UTF_8));
    }

    private static ModelRequest seedling(String... keys) {
        return new ModelRequest(Optional.empty(), Optional.empty(), List.of(keys));
    }

    private static double value(Measurement measured, String section, String metric) {
        return measured.find(section, metric).orElseThrow().value();
    }

    @Test
    void trainingIsMeasuredAndLeavesNothingBehind() throws Exception {
        TrainRequest request = new TrainRequest(
                seedling("per_device_train_batch_size=2", "gradient_accumulation_steps=1", "cutoff_len=64"),
                1,
                2,
                false);
        Measurement measured = new TrainBench(host(), CONDITIONS, request).run();
        assertThat(value(measured, Headline.SECTION, Headline.SPEED.words())).isPositive();
        assertThat(value(measured, Headline.SECTION, Headline.SHARE.words())).isBetween(0.0, 2.0);
        assertThat(value(measured, "a step", "real tokens")).isBetween(4.0, 128.0);
        assertThat(value(measured, "roofline", "reading memory")).isPositive();
        // 6 x rank x (in + out) x 8 bytes of two float32 states, of r 8 on all layers of 192 and 512
        assertThat(value(measured, "peak memory by owner", "optimizer states"))
                .isEqualTo(6 * 8 * 8.0 * (192 + 192 + 2 * (192 + 64) + 192 + 192 + 3 * (192 + 512)));
        assertThat(measured.condition("settings", "data")).contains("generated, seed 42");
        assertThat(measured.condition("settings", "lora_rank")).contains("8");
        Path json = Files.writeString(folder.resolve("m.json"), measured.json());
        assertThat(Measurement.read(json)).isEqualTo(measured);
        assertThat(Path.of("lathe-bench")).doesNotExist();
    }

    @Test
    void timeByKindAddsUp() {
        TrainRequest request = new TrainRequest(seedling("cutoff_len=256"), 1, 3, false);
        Measurement measured = new TrainBench(host(), CONDITIONS, request).run();
        Section kinds = measured.sections().stream()
                .filter(section -> section.title().equals("time by kind"))
                .findFirst()
                .orElseThrow();
        assertThat(kinds.metrics().stream().mapToDouble(Metric::value).sum()).isCloseTo(1, within(1e-9));
        assertThat(value(measured, "time by kind", "everything else")).isLessThan(0.5);
    }

    @Test
    void aBusyNeighbourComesAndGoes() {
        TrainRequest request = new TrainRequest(seedling("cutoff_len=32", "gradient_accumulation_steps=1"), 1, 1, true);
        Measurement measured = new TrainBench(host(), CONDITIONS, request).run();
        assertThat(value(measured, Headline.SECTION, "share kept beside a busy process"))
                .isPositive();
        assertThat(ProcessHandle.current().children().filter(ProcessHandle::isAlive))
                .isEmpty();
    }

    @Test
    void aFileAndItsKeysAreMeasured() throws Exception {
        Path data = Files.createDirectory(folder.resolve("data"));
        Files.writeString(data.resolve("dataset_info.json"), "{\"own\": {\"file_name\": \"own.json\"}}");
        Files.writeString(
                data.resolve("own.json"),
                "[%s]"
                        .formatted(String.join(
                                ",",
                                java.util.Collections.nCopies(20, "{\"instruction\": \"a b\", \"output\": \"c\"}"))));
        Path file = Files.writeString(folder.resolve("run.yaml"), """
                model_name_or_path: lathe:seedling
                finetuning_type: full
                dataset: own
                dataset_dir: %s
                template: chatml
                per_device_train_batch_size: 2
                output_dir: %s
                """.formatted(data, folder.resolve("out")));
        TrainRequest request = new TrainRequest(
                new ModelRequest(Optional.empty(), Optional.of(file.toString()), List.of("learning_rate=1.0e-6")),
                1,
                1,
                false);
        Measurement measured = new TrainBench(host(), CONDITIONS, request).run();
        assertThat(measured.condition("settings", "data")).contains("own");
        assertThat(measured.condition("settings", "finetuning_type")).contains("full");
        assertThat(value(measured, "peak memory by owner", "frozen weights")).isZero();
        assertThat(folder.resolve("out")).doesNotExist();
    }

    @Test
    void generationIsMeasured() {
        Measurement measured = new GenerateBench(host(), CONDITIONS, new GenerateRequest(seedling(), 16, 4)).run();
        assertThat(value(measured, Headline.SECTION, Headline.SPEED.words())).isPositive();
        assertThat(value(measured, Headline.SECTION, "prompt")).isPositive();
        assertThat(value(measured, "roofline", "possible")).isPositive();
    }

    @Test
    void manyAnswersAndEightBitsAreMeasured() {
        GenerateRequest request = new GenerateRequest(seedling(), 16, 4, List.of(1, 3), true);
        Measurement measured = new GenerateBench(host(), CONDITIONS, request).run();
        assertThat(value(measured, "streams", "1 at once")).isPositive();
        assertThat(value(measured, "streams", "3 at once")).isPositive();
        assertThat(value(measured, "streams", "3 at once, share of what reading allows"))
                .isPositive();
        assertThat(value(measured, "int8 weights", "answer")).isPositive();
        assertThat(value(measured, "int8 weights", "a token reads"))
                .isLessThan(value(measured, "roofline", "a token reads"));
        assertThat(value(measured, Headline.SECTION, "time to the first token")).isPositive();
    }

    @Test
    void aMistakeIsSaidBeforeAnythingIsMeasured() {
        TrainRequest typo = new TrainRequest(seedling("lora_rnk=4"), 1, 1, false);
        assertThatThrownBy(() -> new TrainBench(host(), CONDITIONS, typo).run())
                .isInstanceOf(UserError.class)
                .hasMessageContaining("lora_rank");
        TrainRequest packed = new TrainRequest(seedling("neat_packing=true"), 1, 1, false);
        assertThatThrownBy(() -> new TrainBench(host(), CONDITIONS, packed).run())
                .isInstanceOf(UserError.class)
                .hasMessageContaining("dataset=");
        TrainRequest missing =
                new TrainRequest(new ModelRequest(Optional.of("./nowhere"), Optional.empty(), List.of()), 1, 1, false);
        assertThatThrownBy(() -> new TrainBench(host(), CONDITIONS, missing).run())
                .isInstanceOf(UserError.class)
                .hasMessageContaining("nowhere");
        assertThat(said.toString(StandardCharsets.UTF_8)).doesNotContain("Measuring");
    }
}
