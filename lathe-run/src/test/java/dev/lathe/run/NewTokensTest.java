package dev.lathe.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lathe.base.Json;
import dev.lathe.base.UserError;
import dev.lathe.model.LoadedModel;
import dev.lathe.model.Weights;
import dev.lathe.model.file.Checkpoint;
import dev.lathe.model.file.WeightFile;
import dev.lathe.run.config.Command;
import dev.lathe.run.config.Configuration;
import dev.lathe.run.config.ScoreRun;
import dev.lathe.tensor.DType;
import dev.lathe.tensor.Tensor;
import dev.lathe.tensor.Torch;
import dev.lathe.text.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A model that learns tokens it did not have: the tiny one has 259 of them, and as many rows. */
class NewTokensTest {
    private static final int OLD = 259;
    private static final int GROWN = 320;
    private static final String TABLE = "model.embed_tokens.weight";
    private static final String ROWS = """
            [{"instruction": "<calm>say", "input": "", "output": "hush<loud>"},
             {"instruction": "<loud>say", "input": "", "output": "HEY<calm>"}]
            """;

    private final Path folder;
    private final Told told;
    private final TinyModel tiny;

    NewTokensTest(@TempDir Path folder) {
        this.folder = folder;
        this.told = Told.at(folder);
        this.tiny = TinyModel.write(folder, 3, 2);
    }

    @BeforeEach
    void start() {
        Torch.start(1);
        tiny.writeData(ROWS);
    }

    /** The adapter's folder alone is enough: it brings the rows and the tokenizer. And merged = base + adapter. */
    @ParameterizedTest
    @CsvSource({"add_special_tokens, ''", "add_tokens, ''", "add_special_tokens, quantization_bit=4"})
    void anAdapterLearnsThem(String key, String quantised) {
        Path adapter = folder.resolve("adapter");
        train(adapter, key + "=<calm>,<loud>", quantised);
        assertThat(Json.read(adapter.resolve("adapter_config.json")).path("modules_to_save"))
                .extracting(JsonNode::asText)
                .containsExactly("embed_tokens", "lm_head");
        assertThat(rows(adapter, "base_model.model." + TABLE)).isEqualTo(GROWN);
        assertThat(rows(adapter, "base_model.model.lm_head.weight")).isEqualTo(GROWN);
        Tokenizer tokenizer = Tokenizer.load(adapter);
        assertThat(tokenizer.encode("<loud>a<calm>")).startsWith(OLD + 1).endsWith(OLD);
        assertThat(tokenizer.isSpecial(OLD)).isEqualTo(key.equals("add_special_tokens"));
        double[] beside = score("model_name_or_path", tiny.model(), "adapter_name_or_path", adapter);
        assertThat(score("model_name_or_path", tiny.model(), "adapter_name_or_path", adapter, key, "<calm>,<loud>"))
                .isEqualTo(beside);
        export("merged", "adapter_name_or_path", adapter);
        if (quantised.isEmpty()) {
            assertThat(score("model_name_or_path", folder.resolve("merged"))).containsExactly(beside, within(2e-4));
        }
        try (LoadedModel merged = LoadedModel.open("merged", folder.resolve("merged"))) {
            assertThat(merged.spec().vocabulary()).isEqualTo(GROWN);
            assertThat(merged.spec().tiedHead()).isFalse();
            assertThat(merged.tokenizer().idOf("<loud>")).hasValue(OLD + 1);
        }
    }

    @Test
    void trainedOnTheAdapterIsTheSame() {
        Path first = folder.resolve("first");
        train(first, "add_tokens=<calm>,<loud>");
        Path second = folder.resolve("second");
        train(second, "adapter_name_or_path=" + first, "learning_rate=1e-30");
        assertThat(score("model_name_or_path", tiny.model(), "adapter_name_or_path", second))
                .isEqualTo(score("model_name_or_path", tiny.model(), "adapter_name_or_path", first));
        assertThat(told.text()).contains("the embedding grows to the 320 rows that " + first);
    }

    /** What a whole model learned is not begun anew by the same file. */
    @ParameterizedTest
    @ValueSource(strings = {"full", "freeze"})
    void aWholeModelLearnsThem(String type) {
        Path output = folder.resolve("output");
        train(output, "add_special_tokens=<calm>,<loud>", "finetuning_type=" + type);
        assertThat(told.text()).contains("Vocabulary: added <calm>, <loud>; the embedding grows from 259 to 320 rows");
        assertThat(rows(output, TABLE)).isEqualTo(GROWN);
        assertThat(Json.read(output.resolve("config.json")).path("vocab_size").asInt())
                .isEqualTo(GROWN);
        double[] trained = score("model_name_or_path", output);
        assertThat(score("model_name_or_path", output, "add_special_tokens", "<calm>,<loud>", "resize_vocab", true))
                .isEqualTo(trained);
    }

    /** As the reference starts them: the mean of all rows, with noise of deviation 1/√hidden. */
    @Test
    void rowsStartFromTheMeanWithNoise() {
        float[][] before = table(tiny.model());
        try (LoadedModel grown = grown("add_tokens=<calm>,<loud>")) {
            float[][] after = table(grown, GROWN);
            assertThat(Arrays.copyOf(after, OLD)).isDeepEqualTo(before);
            double[] noise = IntStream.range(OLD, GROWN)
                    .mapToObj(row -> IntStream.range(0, 16).mapToDouble(i -> after[row][i] - mean(before, i)))
                    .flatMapToDouble(values -> values)
                    .toArray();
            double variance =
                    DoubleStream.of(noise).map(value -> value * value).average().orElseThrow();
            assertThat(Math.sqrt(variance)).isCloseTo(0.25, within(0.02));
            assertThat(DoubleStream.of(noise).average().orElseThrow()).isCloseTo(0, within(0.03));
            assertThat(DoubleStream.of(noise).distinct().count()).isEqualTo(noise.length);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"yaml", "json"})
    void rowsStartFromDescriptions(String format) throws IOException {
        Path file = Files.writeString(
                folder.resolve("tokens." + format),
                format.equals("json")
                        ? "{\"<calm>\": \"ab<loud>\", \"<loud>\": \"\"}"
                        : "<calm>: ab<loud>\n<loud>: ''\n");
        float[][] before = table(tiny.model());
        try (LoadedModel grown = grown("new_special_tokens_config=" + file, "init_special_tokens=desc_init")) {
            float[][] after = table(grown, GROWN);
            int[] ids = grown.tokenizer().encode("ab");
            assertThat(ids).hasSize(2);
            for (int i = 0; i < 16; i++) {
                float half = (before[ids[0]][i] + before[ids[1]][i]) / 2;
                assertThat(after[OLD][i]).isCloseTo(half, within(1e-6f));
            }
            assertThat(grown.tokenizer().isSpecial(OLD + 1)).isTrue();
        }
    }

    /** Many models have more rows than tokens: a token that fits grows nothing, but its row starts anew. */
    @Test
    void aTokenTakesASpareRow() {
        TinyLlama letters = new TinyLlama(folder.resolve("letters"), false, DType.BF16, 1).write();
        float[][] before = table(letters.folder());
        int tokens = Tokenizer.load(letters.folder()).size();
        try (LoadedModel grown = grown("model_name_or_path=" + letters.folder(), "add_tokens=<calm>")) {
            assertThat(grown.spec().vocabulary()).isEqualTo(TinyLlama.VOCABULARY);
            float[][] after = table(grown, TinyLlama.VOCABULARY);
            for (int row = 0; row < TinyLlama.VOCABULARY; row++) {
                assertThat(Arrays.equals(after[row], before[row])).isEqualTo(row != tokens);
            }
        }
    }

    /** Tokens of a template that the model lacks: refused with the way out, which works. */
    @Test
    void theTemplatesTokensFindRows() {
        Path output = folder.resolve("output");
        assertThatThrownBy(() -> train(output, "template=gemma"))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("resize_vocab: true");
        train(output, "template=gemma", "resize_vocab=true");
        assertThat(rows(output, "base_model.model.lm_head.weight")).isEqualTo(GROWN);
        assertThat(Tokenizer.load(output).size()).isGreaterThan(OLD);
    }

    @ParameterizedTest
    @ValueSource(strings = {"[a, b]", "", "<a>: [1, 2]"})
    void aFileThatIsNoMapIsRefused(String text) throws IOException {
        Path file = Files.writeString(folder.resolve("tokens.yaml"), text);
        assertThatThrownBy(() -> grown("new_special_tokens_config=" + file))
                .isInstanceOf(UserError.class)
                .hasMessageStartingWith("new_special_tokens_config: ");
    }

    private void train(Path output, String... more) {
        List<String> arguments = new ArrayList<>(tiny.arguments(output, "lora_rank=2"));
        Arrays.stream(more).filter(key -> !key.isEmpty()).forEach(arguments::add);
        new TrainingRun(told.host(), Configuration.read(Command.TRAIN, arguments, Map.of())).run();
    }

    private void export(String name, Object... more) {
        List<Object> keys = new ArrayList<>(
                List.of("model_name_or_path", tiny.model(), "export_dir", folder.resolve(name), "template", "default"));
        keys.addAll(List.of(more));
        told.export(keys.toArray());
    }

    private double[] score(Object... keys) {
        JsonNode line = Json.parse(
                told.score(new ScoreInput.Text("say<loud>hush<calm>"), new Scoring.Format(0, true), keys), "score");
        assertThat(line.path("ids")).extracting(JsonNode::asInt).contains(OLD, OLD + 1);
        return IntStream.range(0, line.path("logprobs").size())
                .mapToDouble(i -> line.path("logprobs").get(i).asDouble())
                .toArray();
    }

    private LoadedModel grown(String... more) {
        List<String> arguments = new ArrayList<>(List.of("model_name_or_path=" + tiny.model()));
        arguments.addAll(List.of(more));
        ScoreRun run = ScoreRun.of(Configuration.read(Command.SCORE, arguments, Map.of()));
        return ModelChoice.of(told.host(), run.model(), run.trained()).open();
    }

    private static long rows(Path folder, String tensor) {
        try (WeightFile file = Checkpoint.open(folder)) {
            return file.spec(tensor).shape()[0];
        }
    }

    private static float[][] table(Path folder) {
        try (LoadedModel model = LoadedModel.open("model", folder)) {
            return table(model, model.spec().vocabulary());
        }
    }

    private static float[][] table(LoadedModel model, int rows) {
        try (Tensor table = new Weights(model.weights(), "model", DType.F32).get(TABLE, rows, 16)) {
            float[] values = table.toFloats();
            return IntStream.range(0, rows)
                    .mapToObj(row -> Arrays.copyOfRange(values, row * 16, row * 16 + 16))
                    .toArray(float[][]::new);
        }
    }

    private static double mean(float[][] table, int column) {
        return Arrays.stream(table).mapToDouble(row -> row[column]).average().orElseThrow();
    }
}
