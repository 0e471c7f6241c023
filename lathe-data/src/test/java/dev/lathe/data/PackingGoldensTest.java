package dev.lathe.data;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Packs of supervised rows, against goldens/data/packing.json and packing_small.json of the reference. */
class PackingGoldensTest {
    static Stream<Named<JsonNode>> cases() {
        return Stream.of("packing.json", "packing_small.json").flatMap(Goldens::cases);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void packsEqualTheReferences(JsonNode each) {
        Goldens.require();
        boolean apart = each.at("/args/neat_packing").asBoolean();
        int cutoff = each.at("/args/cutoff_len").intValue();
        TokenizedData samples = Goldens.load(each).train().samples();
        JsonNode packs = each.get("packs");
        assertThat(samples.size()).isEqualTo(packs.size()).isPositive();
        for (int i = 0; i < samples.size(); i++) {
            same(packs.get(i), samples.get(i), apart, cutoff);
        }
    }

    private static void same(JsonNode pack, Sample sample, boolean apart, int cutoff) {
        int[] ids = Goldens.ints(pack.get("input_ids"));
        assertThat(sample.inputIds()).containsExactly(ids);
        assertThat(sample.labels()).containsExactly(Goldens.labels(pack.get("label_runs"), ids));
        assertThat(cutoff - sample.tokens()).isEqualTo(pack.get("padding").intValue());
        List<Integer> lengths = new ArrayList<>();
        List<Integer> positions = new ArrayList<>();
        for (JsonNode segment : pack.get("segments")) {
            lengths.add(segment.get(1).intValue());
            for (int position = 0; position < segment.get(1).intValue(); position++) {
                positions.add(position);
            }
        }
        assertThat(sample.positions())
                .containsExactly(positions.stream().mapToInt(i -> i).toArray());
        assertThat(sample.segments())
                .containsExactly(apart ? lengths.stream().mapToInt(i -> i).toArray() : new int[] {ids.length});
        // The reference's mask tells rows apart by number only in neat packs; elsewhere every token sees all before it.
        assertThat(pack.get("attention_mask_runs").size() - (pack.get("padding").intValue() > 0 && apart ? 1 : 0))
                .isEqualTo(sample.segments().length);
    }
}
