package dev.lathe.run;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lathe.data.Sample;
import dev.lathe.data.TokenizedData;
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
        TokenizedData samples =
                new Bench(temp).data(run.arguments(temp.resolve("out"))).train().samples();
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
