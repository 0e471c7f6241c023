package dev.lathe.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lathe.base.Json;
import dev.lathe.base.UserError;
import dev.lathe.run.config.Command;
import dev.lathe.run.config.Configuration;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code lathe data} says, on rows with every fault that it looks for. */
class DataInspectionTest {
    private static final String LONG = "word ".repeat(120);
    private static final String FAULTS = """
            [{"instruction": "What is two and three?", "output": "Five."},
             {"instruction": "What is two and three?", "output": "Five."},
             {"instruction": "What is two and three?", "output": "Six."},
             {"instruction": "Say nothing.", "output": ""},
             {"instruction": "No answer here.", "output": null},
             {"instruction": "Who are you?", "output": "I am {{name}}."},
             {"instruction": "Go on.", "output": "%1$s"},
             {"instruction": "%1$s %1$s", "output": ""},
             {"instruction": "Stop.", "output": "one<|im_end|> two three four five six seven"},
             {"instruction": "<script>alert(1)</script> \\u001b[31m red \\u202e", "output": "a < b & c"}]
            """.formatted(LONG);

    private final Path folder;
    private final Told told;

    DataInspectionTest(@TempDir Path folder) {
        this.folder = folder;
        this.told = Told.at(folder);
    }

    private Path data(String rows, String rest) throws IOException {
        Path data = Files.createDirectories(folder.resolve("data"));
        Files.writeString(data.resolve("rows.json"), rows);
        Files.writeString(
                data.resolve("dataset_info.json"),
                "{\"rows\": {\"file_name\": \"rows.json\"%s}, \"again\": {\"file_name\": \"rows.json\"}}"
                        .formatted(rest));
        return data;
    }

    private String inspect(Host host, List<String> samples, String... more) {
        List<String> arguments = new ArrayList<>(List.of(
                "model_name_or_path=lathe:seedling",
                "dataset=rows",
                "dataset_dir=" + folder.resolve("data"),
                "template=chatml",
                "cutoff_len=100",
                "per_device_train_batch_size=2",
                "gradient_accumulation_steps=2"));
        arguments.addAll(List.of(more));
        Configuration configuration = Configuration.read(Command.DATA, arguments, Map.of());
        new DataInspection(host, configuration)
                .run(new DataInspection.Wanted(
                        samples,
                        Optional.of(folder.resolve("out.png")),
                        Optional.of(folder.resolve("out.html")),
                        Optional.of(folder.resolve("out.jsonl"))));
        return told.text();
    }

    private List<JsonNode> lines() throws IOException {
        return Files.readAllLines(folder.resolve("out.jsonl")).stream()
                .map(line -> Json.parse(line, "out.jsonl"))
                .toList();
    }

    @Test
    void everyFaultIsFound() throws IOException {
        data(FAULTS, "");
        String text = inspect(told.host(), List.of());
        assertThat(text)
                .contains("rows · stage sft · template chatml · cutoff_len 100")
                .contains("10 read, 9 kept")
                .contains("1: no answer (rows:4)")
                .contains("2 rows lose ")
                .contains("3 an epoch of 2 × 2 samples, 9 in 3 epochs")
                .contains("2 rows with an empty answer")
                .contains("1 row with a placeholder like {{name}} in the text")
                .contains("1 row cut off in the middle of an answer")
                .contains("1 row with an end token inside an answer")
                .contains("1 row equal to an earlier one", "rows:1 (like rows:0)")
                .contains("1 row with the question of an earlier one, but another answer", "rows:2 (like rows:0)")
                .contains("Tokens of a row", "cutoff_len", "proposed")
                .contains("Sample 0 = rows:0")
                .doesNotContain("\u001b");
        assertThat(lines()).hasSize(9);
        JsonNode first = lines().getFirst();
        assertThat(first.path("source").asText()).isEqualTo("rows");
        assertThat(first.path("row").asInt()).isZero();
        assertThat(first.path("input_ids").size())
                .isEqualTo(first.path("labels").size())
                .isPositive();
        assertThat(lines().get(4).path("row").asInt()).isEqualTo(5);
        var picture = ImageIO.read(folder.resolve("out.png").toFile());
        assertThat(picture.getWidth()).isEqualTo(960);
    }

    @Test
    void rowsThatTeachNothingAreFound() throws IOException {
        data(
                "[{\"instruction\": \"%s\", \"output\": \"\"}, {\"instruction\": \"q\", \"output\": \"a\"}]"
                        .formatted(LONG.repeat(20)),
                "");
        assertThat(inspect(told.host(), List.of(), "cutoff_len=4")).contains("1 row without a single trained token");
    }

    @Test
    void thePageShowsForeignTextAndDoesNotObeyIt() throws IOException {
        data(FAULTS, "");
        inspect(told.host(), List.of("rows:9"));
        String page = Files.readString(folder.resolve("out.html"));
        assertThat(page)
                .contains("Sample 8", "rows:9", "id=\"sample-8\"", "&lt;")
                .doesNotContain("<script", "\u001b", "\u202e", "src=", "http://", "https://");
        assertThat(page.split("<i class=\"t\"", -1).length).isGreaterThan(5);
    }

    @Test
    void aSampleIsShownTokenByToken() throws IOException {
        data(FAULTS, "");
        String text = inspect(told.host(), List.of("rows:0"));
        JsonNode ids = lines().getFirst().path("input_ids");
        String shown = text.substring(text.indexOf("Sample 0 = rows:0"));
        ids.forEach(id -> assertThat(shown).contains("·" + id.asText()));
        assertThat(shown).contains("▌").contains("⏎·");
    }

    @Test
    void coloursAreForTerminalsThatWantThem() throws IOException {
        data(FAULTS, "");
        Host terminal = told.host().onTerminal(() -> 60);
        assertThat(inspect(terminal, List.of("0"))).contains("\u001b[32m");
        Told plain = Told.at(folder);
        Host refusing = new Host(
                Map.of("LATHE_CACHE", folder.resolve("cache").toString(), "NO_COLOR", "1"),
                folder,
                plain.host().files(),
                plain.host().clock(),
                plain.host().out(),
                Optional.of(() -> 60),
                plain.host().memory(),
                1,
                () -> false);
        inspect(refusing, List.of("0"));
        assertThat(plain.text()).contains("Sample 0").doesNotContain("\u001b");
    }

    @Test
    void packsNameTheirRows() throws IOException {
        data(FAULTS, "");
        String text = inspect(told.host(), List.of("rows:0"), "neat_packing=true");
        assertThat(text).contains("packs", "% full", "── segment 0: rows:", "── segment 1: rows:");
        int rows = 0;
        for (JsonNode line : lines()) {
            int tokens = 0;
            for (JsonNode segment : line.path("segments")) {
                assertThat(line.path("position_ids").get(tokens).asInt()).isZero();
                tokens += segment.get(1).asInt();
                rows++;
            }
            assertThat(line.path("input_ids").size()).isEqualTo(tokens).isLessThanOrEqualTo(99);
            assertThat(line.path("position_ids").size()).isEqualTo(tokens);
            assertThat(line.has("row")).isFalse();
        }
        assertThat(rows).isEqualTo(9);
    }

    @Test
    void evaluationRowsThatAreTrainedOnAreFound() throws IOException {
        data(FAULTS, "");
        String text = inspect(told.host(), List.of(), "eval_dataset=again");
        assertThat(text)
                .contains("9 rows of the evaluation data also trained on")
                .contains("evaluation");
        assertThat(lines().stream().map(line -> line.path("split").asText()))
                .hasSize(18)
                .containsOnly("train", "eval");
    }

    @Test
    void pairsAndTagsAndPromptsAreShownThoughNothingCanTrainThemYet() throws IOException {
        data("""
                [{"q": "Which?", "good": "The longer answer of the two, by far.", "bad": "No."},
                 {"q": "Same?", "good": "yes", "bad": "yes"}]
                """, ", \"ranking\": true, \"columns\": {\"prompt\": \"q\", \"chosen\": \"good\", \"rejected\": \"bad\"}");
        assertThat(inspect(told.host(), List.of("0"), "stage=dpo"))
                .contains("1 pair of equal answers", "Chosen answers have", "chosen: ", "rejected: ");
        assertThat(lines().getFirst().path("chosen_input_ids").size()).isPositive();
        data("""
                [{"q": "Which?", "a": "This one.", "ok": true}, {"q": "And?", "a": "That.", "ok": true}]
                """, ", \"columns\": {\"prompt\": \"q\", \"response\": \"a\", \"kto_tag\": \"ok\"}");
        assertThat(inspect(told.host(), List.of("1"), "stage=kto"))
                .contains("2 good, 0 bad", "All answers are good", "mismatched");
        assertThat(lines().getFirst().path("tag").asBoolean()).isTrue();
        assertThat(lines().getFirst().path("kl_labels").size())
                .isEqualTo(lines().getFirst().path("kl_input_ids").size());
        data("[{\"instruction\": \"q\"}]", "");
        inspect(told.host(), List.of("0"), "stage=ppo");
        assertThat(lines().getFirst().has("labels")).isTrue();
        assertThatThrownBy(() -> told.train("model_name_or_path", "lathe:seedling", "dataset", "rows", "stage", "ppo"))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("Lathe cannot do ppo yet");
    }

    @Test
    void textIsShownInBlocks() throws IOException {
        data("[{\"instruction\": \"%s\"}, {\"instruction\": \"%s\"}]".formatted(LONG, LONG), "");
        String text = inspect(told.host(), List.of("1"), "stage=pt", "cutoff_len=64");
        assertThat(text)
                .contains("blocks", "tokens that fill no block", "── segment")
                .doesNotContain("proposed");
        for (JsonNode line : lines()) {
            assertThat(line.path("input_ids").size()).isEqualTo(64);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "x | give a sample's number (17), or a data set with a row's number",
                "99 | there are 9 samples, numbered from 0",
                "rows:4 | was dropped: no answer",
                "rows:99 | no such row is trained on; the data sets are rows",
                "other:1 | no such row is trained on",
                "-1 | give a sample's number"
            })
    void samplesThatAreNotThere(String wanted, String message) throws IOException {
        data(FAULTS, "");
        assertThatThrownBy(() -> inspect(told.host(), List.of(wanted)))
                .isInstanceOf(UserError.class)
                .hasMessageContaining(message);
        assertThat(folder.resolve("out.jsonl")).doesNotExist();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "cutoff_len=0 | must be at least 1",
                "dataset=rosw | rosw is not in",
                "stage=dpo | holds no pairs of answers",
                "stage=nothing | stage",
                "mix_strategy=shuffle | mix_strategy",
                "cutof_len=3 | did you mean cutoff_len"
            })
    void wrongConfigurations(String argument, String message) throws IOException {
        data(FAULTS, "");
        assertThatThrownBy(() -> inspect(told.host(), List.of(), argument))
                .isInstanceOf(UserError.class)
                .hasMessageContaining(message);
    }

    @Test
    void aTrainingFileIsTakenAsItIs() throws IOException {
        data(FAULTS, "");
        assertThat(inspect(told.host(), List.of(), "lora_rank=8", "use_galore=true", "save_steps=10", "bf16=true"))
                .doesNotContain("Notice");
    }

    @Test
    void ofAStreamTheFirstRowsAreLookedAt() throws IOException {
        data(FAULTS, "");
        assertThat(inspect(told.host(), List.of(), "streaming=true", "max_steps=4", "buffer_size=2"))
                .contains("of a stream only the first 10000 rows", "10 read, 9 kept");
    }
}
