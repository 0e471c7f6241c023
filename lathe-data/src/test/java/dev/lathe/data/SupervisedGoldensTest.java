package dev.lathe.data;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Ids and labels of supervised rows, against what LLaMA-Factory 0.9.5 made of the same files. */
class SupervisedGoldensTest {
    /** Rows with a question of no token at all, and where the reference puts one label too many because of it. */
    private static final Map<Integer, Integer> MISALIGNED = Map.of(8, 12, 11, 15);

    static Stream<Named<JsonNode>> cases() {
        return Stream.of("sft_demo.json", "sft_own.json", "truncation.json", "tools.json", "thinking.json")
                .flatMap(Goldens::cases)
                // there the reference writes arguments twice, or fills them up with nulls
                .filter(each -> !each.getName().startsWith("own_openai_"));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void samplesEqualTheReferences(JsonNode each) {
        Goldens.require();
        List<Integer> dropped =
                IntStream.of(Goldens.ints(each.get("dropped_rows"))).boxed().toList();
        LoadedData.Set loaded = Goldens.load(each).train();
        List<Integer> kept = IntStream.range(0, each.get("dataset_rows").intValue())
                .boxed()
                .filter(number -> !dropped.contains(number))
                .toList();
        assertThat(loaded.report().rows()).isEqualTo(each.get("dataset_rows").intValue());
        assertThat(loaded.report().kept()).isEqualTo(kept.size());
        assertThat(loaded.samples().size()).isEqualTo(kept.size());

        int compared = 0;
        for (JsonNode row : each.get("rows")) {
            int at = kept.indexOf(row.get("row").intValue());
            if (at >= 0) {
                Sample sample = loaded.samples().get(at);
                int[] ids = Goldens.ints(row.get("input_ids"));
                assertThat(sample.inputIds()).as("row " + row.get("row")).containsExactly(ids);
                assertThat(sample.labels()).as("row " + row.get("row")).containsExactly(labels(row, ids));
                assertThat(sample.positions()).containsExactly(Orders.ascending(ids.length));
                assertThat(sample.segments()).containsExactly(ids.length);
                compared++;
            }
        }
        assertThat(compared).isEqualTo(each.get("rows").size()).isPositive();
    }

    private static int[] labels(JsonNode row, int[] ids) {
        if (row.has("label_runs")) {
            return Goldens.labels(row.get("label_runs"), ids);
        }
        int[] tooMany = Goldens.ints(row.get("misaligned_labels"));
        int surplus = MISALIGNED.getOrDefault(row.get("row").intValue(), -1);
        assertThat(tooMany[surplus]).isEqualTo(1); // the end of the answer before
        return IntStream.range(0, tooMany.length)
                .filter(i -> i != surplus)
                .map(i -> tooMany[i])
                .toArray();
    }
}
