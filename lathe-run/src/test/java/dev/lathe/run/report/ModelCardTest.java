package dev.lathe.run.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lathe.base.Disk;
import dev.lathe.base.Json;
import dev.lathe.base.SafeFiles;
import dev.lathe.train.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.yaml.snakeyaml.Yaml;

class ModelCardTest {
    private static final List<String> RUNS = Replay.RUNS;

    private final Path folder;

    ModelCardTest(@TempDir Path folder) {
        this.folder = folder;
    }

    @ParameterizedTest
    @FieldSource("RUNS")
    void isBuiltAsTheReferences(String run) throws IOException {
        JsonNode golden = Json.read(Replay.folder(run).resolve("model_card.json"));
        boolean adapter = golden.at("/front_matter_lines/0").asText().equals("library_name: peft");
        List<String> card = card(
                        run,
                        new ModelCard.Facts(
                                "out",
                                "stories260K",
                                adapter ? "lora" : "full",
                                adapter,
                                List.of(golden.get("first_sentence")
                                        .asText()
                                        .replaceFirst(".* on the (\\S+) dataset\\.", "$1")),
                                pairs(golden.get("hyperparameter_bullets")),
                                new LinkedHashMap<>(Map.of("Lathe", "1"))))
                .lines()
                .toList();
        assertThat(card.subList(1, card.lastIndexOf("---"))).isEqualTo(texts(golden.get("front_matter_lines")));
        assertThat(card.stream().filter(line -> line.startsWith("#")))
                .isEqualTo(texts(golden.get("headings_in_order")));
        assertThat(card).contains(golden.get("first_sentence").asText());
        assertThat(card.stream().filter(line -> line.startsWith("<!--"))).hasSize(1);
        assertThat(bullets(card, "### Training hyperparameters"))
                .isEqualTo(texts(golden.get("hyperparameter_bullets")));
        assertThat(bullets(card, "This model is")).isEqualTo(texts(golden.get("evaluation_bullets")));
        assertThat(bullets(card, "### Framework versions")).containsExactly("Lathe: 1");
        if (run.equals("pt_full")) {
            assertThat(card).containsSequence(texts(golden.get("training_results_table")));
        }
    }

    @Test
    void strangeNamesAreQuotedAndLinkNowhere() throws IOException {
        String card = card(
                "lora",
                new ModelCard.Facts(
                        "my: \"model\"",
                        "lathe:seedling",
                        "lora",
                        true,
                        List.of("a", "b", "c"),
                        new LinkedHashMap<>(Map.of("learning_rate", 5e-5)),
                        new LinkedHashMap<>()));
        assertThat(card).contains("fine-tuned version of lathe:seedling on the a, b and the c datasets.");
        assertThat(card).contains("- learning_rate: 5e-05\n");
        String frontMatter = card.substring(4, card.indexOf("\n---\n", 4));
        Map<String, Object> parsed = new Yaml().load(frontMatter);
        assertThat(parsed).containsEntry("base_model", "lathe:seedling");
        assertThat(parsed.get("tags"))
                .asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.LIST)
                .contains("base_model:adapter:lathe:seedling");
        assertThat(parsed.get("model-index")).hasToString("[{name=my: \"model\", results=[]}]");
    }

    @Test
    void anAdaptersCheckpointNamesItsBase() throws IOException {
        Files.createDirectories(folder.resolve("model"));
        for (boolean adapter : List.of(true, false)) {
            ModelCard.Facts facts = new ModelCard.Facts(
                    "out",
                    "org/base",
                    adapter ? "lora" : "full",
                    adapter,
                    List.of(),
                    new LinkedHashMap<>(),
                    new LinkedHashMap<>());
            SafeFiles files = new SafeFiles(Disk.real());
            History history = new History(new History.Settings(new LogRule.Steps(1, false), false, 0), new HandClock());
            new ModelCard(facts, history, files, folder)
                    .write(folder.resolve(adapter ? "adapter" : "model"), files, new Progress(3, 8, 0, 0, 0));
        }
        assertThat(folder.resolve("adapter/README.md"))
                .content()
                .startsWith("---\nlibrary_name: peft\n")
                .contains("\nbase_model: org/base\n", "# out, step 3 of 8");
        assertThat(folder.resolve("model")).isEmptyDirectory();
    }

    private String card(String run, ModelCard.Facts facts) throws IOException {
        Replay replay = Replay.of(run);
        HandClock clock = new HandClock();
        History history = new History(new History.Settings(new LogRule.Steps(1, false), run.equals("full"), 0), clock);
        Replay.play(
                replay.events(),
                clock,
                List.of(history, new ModelCard(facts, history, new SafeFiles(Disk.real()), folder)));
        return Files.readString(folder.resolve("README.md"));
    }

    private static List<String> texts(JsonNode array) {
        return array.valueStream().map(JsonNode::asText).toList();
    }

    private static SequencedMap<String, String> pairs(JsonNode bullets) {
        SequencedMap<String, String> pairs = new LinkedHashMap<>();
        for (String bullet : texts(bullets)) {
            pairs.put(bullet.substring(0, bullet.indexOf(": ")), bullet.substring(bullet.indexOf(": ") + 2));
        }
        return pairs;
    }

    /** The bullets between the line that begins with {@code after} and the next heading. */
    private static List<String> bullets(List<String> card, String after) {
        return card.stream()
                .dropWhile(line -> !line.startsWith(after))
                .skip(1)
                .takeWhile(line -> !line.startsWith("#"))
                .filter(line -> line.startsWith("- "))
                .map(line -> line.substring(2))
                .toList();
    }
}
