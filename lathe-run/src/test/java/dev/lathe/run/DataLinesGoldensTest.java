package dev.lathe.run;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lathe.base.Json;
import dev.lathe.base.Reference;
import dev.lathe.run.config.Command;
import dev.lathe.run.config.Configuration;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The lines of {@code lathe data --jsonl}, from a configuration's keys to the file, against goldens/data. */
class DataLinesGoldensTest {
    private static final Set<String> NOT_DATA = Set.of("do_train", "preprocessing_num_workers", "reward_model");

    private static List<String> arguments(JsonNode args) {
        List<String> arguments = new ArrayList<>();
        args.properties().forEach(each -> {
            if (!NOT_DATA.contains(each.getKey())) {
                String value =
                        switch (each.getKey()) {
                            case "model_name_or_path" ->
                                model(each.getValue().asText()).toString();
                            case "dataset_dir" ->
                                Reference.file(each.getValue().asText()).toString();
                            default -> each.getValue().asText();
                        };
                arguments.add(each.getKey() + "=" + value);
            }
        });
        return arguments;
    }

    private static Path model(String name) {
        return name.startsWith("SmolLM2")
                ? Reference.model("smollm2/smollm2.gguf")
                : Reference.model("tokenizers/" + name);
    }

    @ParameterizedTest
    @CsvSource({
        "sft_demo.json, alpaca_en_demo",
        "preference.json, dpo_en_demo-256",
        "kto.json, kto_en_demo",
        "kto.json, own_kto_alpaca",
        "prompt_only.json, own_alpaca",
        "packing.json, neat_packing",
        "packing_small.json, own_long_neat",
        "preference.json, own_dpo_sharegpt-qwen3-no_thinking",
    })
    void linesEqualTheReferences(String file, String name, @TempDir Path folder) throws IOException {
        JsonNode golden = StreamSupport.stream(
                        Json.read(Reference.file("reference/goldens/data/" + file))
                                .get("cases")
                                .spliterator(),
                        false)
                .filter(each -> each.get("case").asText().equals(name))
                .findFirst()
                .orElseThrow();
        Path lines = folder.resolve("lines.jsonl");
        Configuration configuration = Configuration.read(Command.DATA, arguments(golden.get("args")), Map.of());
        new DataInspection(Told.at(folder).host(), configuration)
                .run(new DataInspection.Wanted(List.of(), Optional.empty(), Optional.empty(), Optional.of(lines)));
        List<JsonNode> written = Files.readAllLines(lines).stream()
                .map(line -> Json.parse(line, "lines.jsonl"))
                .toList();
        if (golden.has("packs")) {
            assertThat(written).hasSameSizeAs(golden.get("packs"));
            for (int i = 0; i < written.size(); i++) {
                same(golden.get("packs").get(i), written.get(i), "");
                assertThat(written.get(i).get("segments"))
                        .isEqualTo(golden.get("packs").get(i).get("segments"));
            }
            return;
        }
        assertThat(written)
                .hasSize(golden.get("dataset_rows").asInt()
                        - golden.get("dropped_rows").size());
        for (JsonNode row : golden.get("rows")) {
            JsonNode line = written.stream()
                    .filter(each -> each.get("row").equals(row.get("row")))
                    .findFirst()
                    .orElseThrow();
            assertThat(line.get("source").asText())
                    .isEqualTo(golden.at("/args/dataset").asText());
            if (row.has("labels")) {
                assertThat(line.get("input_ids")).isEqualTo(row.get("input_ids"));
                assertThat(line.get("labels")).isEqualTo(row.get("labels"));
                continue;
            }
            for (String prefix : List.of("", "chosen_", "rejected_", "kl_")) {
                if (row.has(prefix + "input_ids")) {
                    same(row, line, prefix);
                }
            }
            if (row.has("kto_tag")) {
                assertThat(line.get("tag")).isEqualTo(row.get("kto_tag"));
            }
        }
    }

    private static void same(JsonNode golden, JsonNode line, String prefix) {
        JsonNode ids = golden.get(prefix + "input_ids");
        assertThat(line.get(prefix + "input_ids")).isEqualTo(ids);
        int at = 0;
        for (JsonNode run : golden.get(prefix + "label_runs")) {
            for (int end = at + run.get(0).asInt(); at < end; at++) {
                JsonNode label = run.get(1).isTextual() ? ids.get(at) : run.get(1);
                assertThat(line.get(prefix + "labels").get(at)).isEqualTo(label);
            }
        }
        assertThat(line.get(prefix + "labels")).hasSize(at);
    }
}
