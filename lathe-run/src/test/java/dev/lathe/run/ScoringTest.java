package dev.lathe.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lathe.base.Json;
import dev.lathe.base.Reference;
import dev.lathe.base.UserError;
import dev.lathe.tensor.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ScoringTest {
    private static final Scoring.Format JSON = new Scoring.Format(5, true);

    private final Path folder;
    private final Told told;

    ScoringTest(@TempDir Path folder) {
        this.folder = folder;
        this.told = Told.at(folder);
    }

    /** transformers 5.6 on stories260K, float32 (goldens/train/logits). */
    @Test
    void referenceLogits() throws IOException {
        JsonNode golden = Json.read(Reference.file("reference/goldens/train/logits/stories260K.json"));
        StringBuilder lines = new StringBuilder();
        for (JsonNode prompt : golden.path("prompts")) {
            lines.append(Json.compact(Json.object().set("ids", prompt.path("ids"))))
                    .append("\n\n");
        }
        Path file = Files.writeString(folder.resolve("texts.jsonl"), lines);
        Path stories = Reference.file("models/stories260K/hf");
        List<String> scored = told.score(new ScoreInput.Lines(file), JSON, "model_name_or_path", stories)
                .lines()
                .toList();
        assertThat(scored).hasSize(golden.path("prompts").size());
        for (int i = 0; i < scored.size(); i++) {
            compare(golden.path("prompts").get(i), Json.parse(scored.get(i), "line"));
        }
        JsonNode first = golden.path("prompts").get(0);
        String text = first.path("text").asText();
        assertThat(told.score(new ScoreInput.Text(text), JSON, "model_name_or_path", stories)
                        .strip())
                .isEqualTo(scored.getFirst());
    }

    private static void compare(JsonNode golden, JsonNode line) {
        assertThat(line.path("ids")).isEqualTo(golden.path("ids"));
        int tokens = golden.path("ids").size();
        assertThat(line.path("logprobs")).hasSize(tokens - 1);
        for (int at = 0; at < tokens; at++) {
            double sum = golden.path("logsumexp").get(at).doubleValue();
            assertThat(line.path("logsumexp").get(at).doubleValue()).isCloseTo(sum, within(2e-4));
            if (at + 1 < tokens) {
                assertThat(line.path("logprobs").get(at).doubleValue())
                        .isCloseTo(golden.path("next_logit").get(at).doubleValue() - sum, within(4e-4));
            }
            for (int rank = 0; rank < 5; rank++) {
                JsonNode candidate = line.path("top").get(at).get(rank);
                assertThat(candidate.get(0))
                        .isEqualTo(golden.path("top5_ids").get(at).get(rank));
                assertThat(candidate.get(1).doubleValue())
                        .isCloseTo(golden.path("top5_logits").get(at).get(rank).doubleValue(), within(2e-4));
            }
        }
    }

    @Test
    void aTableForPeople() {
        String table = told.score(ScoreInput.ids("1, 4,5"), new Scoring.Format(2, false), tiny());
        assertThat(table.lines()).hasSize(6);
        assertThat(table.lines().findFirst().orElseThrow())
                .containsSubsequence("position", "id", "token", "logprob", "logsumexp", "likeliest");
        assertThat(table).contains("<s>").containsPattern("mean logprob of 2 tokens -\\d+\\.\\d{6}, perplexity \\d");
        assertThat(told.score(ScoreInput.ids("7"), new Scoring.Format(0, false), tiny()))
                .contains("a text of one token");
    }

    @Test
    void theAdapterStaysBesideTheModel() {
        Object[] base = tiny();
        Path adapter = new TinyLlama(folder.resolve("base"), true, DType.F32, 1)
                .adapter(folder.resolve("adapter"), 2, false, List.of(), 2);
        ScoreInput input = ScoreInput.ids("1,4,5,6");
        Object[] adapted = {base[0], base[1], "adapter_name_or_path", adapter};
        String beside = told.score(input, JSON, adapted);
        assertThat(beside).isNotEqualTo(told.score(input, JSON, base));
        told.export(base[0], base[1], "adapter_name_or_path", adapter, "export_dir", folder.resolve("out"));
        JsonNode merged = Json.parse(told.score(input, JSON, base[0], folder.resolve("out")), "merged");
        for (int i = 0; i < 3; i++) {
            assertThat(merged.path("logprobs").get(i).doubleValue())
                    .isCloseTo(
                            Json.parse(beside, "beside").path("logprobs").get(i).doubleValue(), within(2e-5));
        }
    }

    @Test
    void bfloat16IsNearFloat32() {
        Object[] base = tiny();
        ScoreInput input = ScoreInput.ids("1,4,5,6");
        double exact = Json.parse(told.score(input, JSON, base), "fp32")
                .path("logsumexp")
                .get(2)
                .doubleValue();
        Object[] rounded = {base[0], base[1], "infer_dtype", "bfloat16"};
        double near = Json.parse(told.score(input, JSON, rounded), "bf16")
                .path("logsumexp")
                .get(2)
                .doubleValue();
        assertThat(near).isNotEqualTo(exact).isCloseTo(exact, within(0.1));
    }

    @Test
    void aTrainingThatHasNotRunIsSaid() throws IOException {
        Path yaml = Files.writeString(
                folder.resolve("training.yaml"),
                "model_name_or_path: %s%ndataset: identity%noutput_dir: %s%n"
                        .formatted(tiny()[1], folder.resolve("no")));
        told.score(ScoreInput.ids("1,2"), JSON, yaml);
        assertThat(told.text()).contains("Notice: output_dir", "holds nothing that was trained. Scoring");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"ids\": [1, 2]}~{\"ids\": [1, | line 2 column",
                "{\"text\": 5} | line 1: a line is {\"text\"",
                "{\"text\": \"a\", \"ids\": [1]} | line 1: a line is",
                "~~{\"ids\": [1, \"x\"]} | line 3: \"x\" is no token id",
                "{\"ids\": [1, 80]} | line 1: 80 is no token of this model; ids go from 0 to 79",
                "{\"ids\": []} | line 1: there is nothing to score"
            })
    void wrongLinesAreNamed(String lines, String message) throws IOException {
        Path file = Files.writeString(folder.resolve("texts.jsonl"), lines.replace('~', '\n'));
        Object[] base = tiny();
        assertThatThrownBy(() -> told.score(new ScoreInput.Lines(file), JSON, base))
                .isInstanceOf(UserError.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining(message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1,", "one", "1.5", "99999999999"})
    void wrongIdsAreNamed(String ids) {
        assertThatThrownBy(() -> ScoreInput.ids(ids))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("--ids " + ids)
                .hasMessageContaining("1,403,407");
    }

    private Object[] tiny() {
        TinyLlama tiny = new TinyLlama(folder.resolve("base"), true, DType.F32, 1).write();
        return new Object[] {"model_name_or_path", tiny.folder()};
    }
}
