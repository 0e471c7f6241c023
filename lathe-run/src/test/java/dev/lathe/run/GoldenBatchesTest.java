package dev.lathe.run;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lathe.data.LoadedData;
import dev.lathe.data.Sample;
import dev.lathe.data.TokenizedData;
import dev.lathe.model.LoadedModel;
import dev.lathe.run.config.TrainRun;
import dev.lathe.text.ChatEncoder;
import dev.lathe.text.Template;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Ids and labels of the first batches of the reference's curves (all 24 of lora_r8_all), made from their settings. */
class GoldenBatchesTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "lora_r8_all",
                "lora_template_empty",
                "lora_packing",
                "lora_neat_packing",
                "full_eval",
                "full_train_on_prompt",
                "pt_full_packing",
                "pt_lora_nopacking"
            })
    void equalTheReference(String name, @TempDir Path temp) {
        GoldenRun run = GoldenRun.curve(name);
        JsonNode golden = run.golden().path(run.golden().has("all_batches") ? "all_batches" : "first_batches");
        TokenizedData samples = load(new Bench(temp), run, temp).train().samples();
        int at = 0;
        for (JsonNode batch : golden) {
            for (JsonNode row : batch) {
                Sample sample = samples.get(at);
                int[] ids = ints(row.path("ids"));
                int length = sample.tokens(); // the reference's packs end in padding, ours do not
                assertThat(sample.inputIds()).as("ids of row %d", at).isEqualTo(Arrays.copyOf(ids, length));
                assertThat(sample.labels())
                        .as("labels of row %d", at)
                        .isEqualTo(Arrays.copyOf(labels(row, ids), length));
                assertThat(Arrays.stream(labels(row, ids)).skip(length).boxed())
                        .as("labels of the padding of row %d", at)
                        .allMatch(label -> label == Sample.IGNORED)
                        .hasSizeLessThan(run.settings().path("packing").asBoolean() ? ids.length : 1);
                at++;
            }
        }
        assertThat(at).isPositive();
    }

    private static LoadedData load(Bench bench, GoldenRun run, Path temp) {
        TrainRun config = TrainRun.of(Bench.configuration(run.arguments(temp.resolve("out"))));
        try (LoadedModel model = LoadedModel.open(run.name(), run.model())) {
            Template template =
                    DataSource.template(config.data().template(), config.data().defaultSystem(), model.tokenizer());
            ChatEncoder encoder = new ChatEncoder(template, ChatEncoder.fix(template, model.tokenizer()));
            return new DataSource(
                            bench.host(),
                            config.data(),
                            config.stage(),
                            config.training().seed())
                    .load(encoder, model.spec().vocabulary());
        }
    }

    private static int[] labels(JsonNode row, int[] ids) {
        if (row.has("labels")) {
            return ints(row.path("labels"));
        }
        int[] labels = ids.clone();
        Arrays.fill(labels, 0, row.path("labels_from").intValue(), Sample.IGNORED);
        return labels;
    }

    private static int[] ints(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false)
                .mapToInt(JsonNode::intValue)
                .toArray();
    }
}
