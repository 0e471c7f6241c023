package dev.lathe.data;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What stages dpo, rm, kto and ppo are trained on, against what LLaMA-Factory 0.9.5 made of the same files. */
class StageGoldensTest {
    static Stream<Named<JsonNode>> pairs() {
        return Goldens.cases("preference.json");
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void pairsEqualTheReferences(JsonNode each) {
        compare(each, Pair.class, (row, pair) -> {
            same(row, "chosen_", pair.chosen());
            same(row, "rejected_", pair.rejected());
        });
    }

    static Stream<Named<JsonNode>> judged() {
        return Goldens.cases("kto.json");
    }

    @ParameterizedTest
    @MethodSource("judged")
    void judgedAnswersEqualTheReferences(JsonNode each) {
        compare(each, Feedback.class, (row, feedback) -> {
            same(row, "", feedback.answer());
            same(row, "kl_", feedback.mismatched());
            assertThat(feedback.desirable()).isEqualTo(row.get("kto_tag").asBoolean());
        });
    }

    static Stream<Named<JsonNode>> prompts() {
        return Goldens.cases("prompt_only.json");
    }

    @ParameterizedTest
    @MethodSource("prompts")
    void promptsEqualTheReferences(JsonNode each) {
        compare(each, Prompt.class, (row, prompt) -> {
            assertThat(prompt.inputIds()).containsExactly(Goldens.ints(row.get("input_ids")));
            assertThat(prompt.answer()).containsExactly(Goldens.ints(row.get("labels")));
        });
    }

    private static <T extends Example> void compare(JsonNode each, Class<T> kind, BiConsumer<JsonNode, T> same) {
        Goldens.require();
        List<Integer> dropped =
                IntStream.of(Goldens.ints(each.get("dropped_rows"))).boxed().toList();
        List<Integer> kept = IntStream.range(0, each.get("dataset_rows").intValue())
                .boxed()
                .filter(number -> !dropped.contains(number))
                .toList();
        PreparedSet loaded = Goldens.prepare(each).train();
        Samples<T> samples = loaded.samples(kind);
        int limit = each.at("/args/max_samples").asInt(Integer.MAX_VALUE);
        assertThat(loaded.report().rows())
                .isEqualTo(Math.min(limit, each.get("dataset_rows").intValue()));
        assertThat(samples.size()).isEqualTo(Math.min(limit, kept.size()));
        long tokens = 0;
        int compared = 0;
        for (JsonNode row : each.get("rows")) {
            int at = kept.indexOf(row.get("row").intValue());
            if (at >= 0) {
                same.accept(row, samples.get(at));
                assertThat(loaded.parts(at).getFirst().row()).isEqualTo(kept.get(at));
                compared++;
            }
        }
        for (int i = 0; i < samples.size(); i++) {
            assertThat(samples.tokens(i)).isEqualTo(samples.get(i).tokens());
            tokens += samples.tokens(i);
        }
        assertThat(loaded.report().tokens()).isEqualTo(tokens);
        assertThat(compared).isEqualTo(each.get("rows").size()).isPositive();
    }

    private static void same(JsonNode row, String prefix, Sample sample) {
        int[] ids = Goldens.ints(row.get(prefix + "input_ids"));
        assertThat(sample.inputIds()).as("row " + row.get("row")).containsExactly(ids);
        assertThat(sample.labels())
                .as("row " + row.get("row"))
                .containsExactly(Goldens.labels(row.get(prefix + "label_runs"), ids));
    }
}
