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
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code lathe data} on each of the reference's demo data sets, with the stages that they are for. */
class DemoDataTest {
    private final Path folder;
    private final Told told;

    DemoDataTest(@TempDir Path folder) {
        this.folder = folder;
        this.told = Told.at(folder);
    }

    @ParameterizedTest
    @CsvSource({
        "alpaca_en_demo, sft, 999, input_ids",
        "alpaca_zh_demo, sft, 1000, input_ids",
        "identity, sft, 91, input_ids",
        "glaive_toolcall_en_demo, sft, 300, input_ids",
        "alpaca_en_demo, ppo, 999, input_ids",
        "dpo_en_demo, dpo, 300, chosen_input_ids",
        "dpo_en_demo, rm, 300, chosen_input_ids",
        "kto_en_demo, kto, 300, kl_input_ids",
        "c4_demo, pt, 300, input_ids",
        "wiki_demo, pt, 30, input_ids"
    })
    void everyRowIsRead(String set, String stage, int rows, String ids) throws IOException {
        Path jsonl = folder.resolve("out.jsonl");
        Configuration configuration = Configuration.read(
                Command.DATA,
                List.of(
                        "model_name_or_path=lathe:seedling",
                        "dataset=" + set,
                        "dataset_dir=" + Reference.file("data"),
                        "stage=" + stage,
                        "template=chatml",
                        "cutoff_len=512"),
                Map.of());
        new DataInspection(told.host(), configuration)
                .run(new DataInspection.Wanted(List.of(), Optional.empty(), Optional.empty(), Optional.of(jsonl)));
        assertThat(told.text())
                .contains("%s · stage %s".formatted(set, stage))
                .contains("%,d read, %,d kept".formatted(rows, rows));
        List<String> samples = Files.readAllLines(jsonl);
        assertThat(samples).isNotEmpty();
        assertThat(stage.equals("pt") || samples.size() == rows).isTrue();
        for (String sample : List.of(samples.getFirst(), samples.getLast())) {
            JsonNode line = Json.parse(sample, "out.jsonl");
            assertThat(line.path(ids).size()).isBetween(1, 512);
        }
    }
}
