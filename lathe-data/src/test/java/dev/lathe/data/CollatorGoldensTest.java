package dev.lathe.data;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Finished batches of the reference, goldens/data/collators.json: without their padding they are our samples, and its
 * four-dimensional mask says what our segments say.
 */
class CollatorGoldensTest {
    static Stream<Named<JsonNode>> cases() {
        return Goldens.cases("collators.json")
                .filter(each ->
                        !each.getName().equals("pairwise") && !each.getName().equals("kto"));
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("cases")
    void batchesWithoutPaddingAreOurSamples(JsonNode each) {
        Goldens.require();
        TokenizedData samples = Goldens.load(each).train().samples();
        assertThat(each.get("batches")).isNotEmpty();
        for (JsonNode batch : each.get("batches")) {
            for (int i = 0; i < batch.get("rows").size(); i++) {
                Sample sample = samples.get(batch.get("rows").get(i).intValue());
                int tokens = sample.tokens();
                int[] ids = Goldens.ints(batch.get("input_ids").get(i));
                int[] labels = Goldens.ints(batch.get("labels").get(i));
                assertThat(Arrays.copyOf(ids, tokens)).containsExactly(sample.inputIds());
                assertThat(Arrays.copyOf(labels, tokens)).containsExactly(sample.labels());
                assertThat(Arrays.stream(labels).skip(tokens).boxed()).allMatch(label -> label == Sample.IGNORED);
                if (batch.has("position_ids")) {
                    int[] positions = Goldens.ints(batch.get("position_ids").get(i));
                    assertThat(Arrays.copyOf(positions, tokens)).containsExactly(sample.positions());
                }
                if (batch.has("attention_mask_4d")) {
                    sameMask(batch.get("attention_mask_4d").get(i), sample);
                }
            }
        }
    }

    private static void sameMask(JsonNode mask, Sample sample) {
        int start = 0;
        for (int length : sample.segments()) {
            for (int query = start; query < start + length; query++) {
                String seen = "0".repeat(start) + "1".repeat(query - start + 1);
                assertThat(mask.get(query).asText()).startsWith(seen);
                assertThat(mask.get(query).asText().substring(seen.length())).doesNotContain("1");
            }
            start += length;
        }
    }

    static Stream<Named<JsonNode>> compared() {
        return Goldens.cases("collators.json").filter(each -> each.getName().equals("pairwise"));
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("compared")
    void chosenComeBeforeRejected(JsonNode each) {
        Goldens.require();
        Samples<Pair> samples = Goldens.prepare(each).train().samples(Pair.class);
        for (JsonNode batch : each.get("batches")) {
            int rows = batch.get("rows").size();
            for (int i = 0; i < rows; i++) {
                Pair pair = samples.get(batch.get("rows").get(i).intValue());
                samePadded(batch, "", i, pair.chosen());
                samePadded(batch, "", rows + i, pair.rejected());
            }
        }
    }

    static Stream<Named<JsonNode>> judged() {
        return Goldens.cases("collators.json").filter(each -> each.getName().equals("kto"));
    }

    @ParameterizedTest(allowZeroInvocations = true)
    @MethodSource("judged")
    void judgedAnswersComeWithMismatchedOnes(JsonNode each) {
        Goldens.require();
        Samples<Feedback> samples = Goldens.prepare(each).train().samples(Feedback.class);
        for (JsonNode batch : each.get("batches")) {
            for (int i = 0; i < batch.get("rows").size(); i++) {
                Feedback feedback = samples.get(batch.get("rows").get(i).intValue());
                samePadded(batch, "", i, feedback.answer());
                samePadded(batch, "kl_", i, feedback.mismatched());
                assertThat(feedback.desirable())
                        .isEqualTo(batch.get("kto_tags").get(i).asBoolean());
            }
        }
    }

    private static void samePadded(JsonNode batch, String prefix, int row, Sample sample) {
        int tokens = sample.tokens();
        int[] labels = Goldens.ints(batch.get(prefix + "labels").get(row));
        assertThat(Arrays.copyOf(Goldens.ints(batch.get(prefix + "input_ids").get(row)), tokens))
                .containsExactly(sample.inputIds());
        assertThat(Arrays.copyOf(labels, tokens)).containsExactly(sample.labels());
        assertThat(Arrays.stream(labels).skip(tokens).boxed()).allMatch(label -> label == Sample.IGNORED);
    }
}
