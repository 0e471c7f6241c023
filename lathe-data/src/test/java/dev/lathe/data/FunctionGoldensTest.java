package dev.lathe.data;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lathe.base.Json;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The small pure functions, against goldens/data/functions.json and train_order.json of the reference. */
class FunctionGoldensTest {
    @Test
    void turnsAreCutAsTheReferenceCutsThem() {
        JsonNode cases = Goldens.read("functions.json").get("infer_seqlen");
        assertThat(cases).isNotEmpty();
        for (JsonNode each : cases) {
            int[] in = Goldens.ints(each.get(0));
            int[] out = Goldens.ints(each.get(1));
            assertThat(Cutoff.fit(in[0], in[1], in[2])).as(each.toString()).isEqualTo(new Cutoff(out[0], out[1]));
        }
    }

    @Test
    void knapsacksHoldTheReferencesLengths() {
        JsonNode cases = Goldens.read("functions.json").get("greedy_knapsack");
        assertThat(cases).isNotEmpty();
        for (JsonNode each : cases) {
            int[] lengths = Goldens.ints(each.get("lengths"));
            List<List<Integer>> packs = Knapsack.pack(
                            lengths, each.get("capacity").intValue())
                    .stream()
                    .map(pack -> Arrays.stream(pack).mapToObj(i -> lengths[i]).toList())
                    .toList();
            assertThat(Json.MAPPER.valueToTree(packs).toString())
                    .isEqualTo(each.get("knapsacks").toString());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {42, 7})
    void randomNumbersAreBitCompatible(int seed) {
        JsonNode random = Goldens.read("functions.json").get("random");
        for (Map.Entry<String, JsonNode> each :
                random.get("default_rng(%d).permutation".formatted(seed)).properties()) {
            assertThat(new Pcg64(seed).permutation(Integer.parseInt(each.getKey())))
                    .containsExactly(Goldens.ints(each.getValue()));
        }
        for (Map.Entry<String, JsonNode> each : random.get(
                        "torch.Generator().manual_seed(%d); randperm".formatted(seed))
                .properties()) {
            assertThat(TorchOrder.permutation(Integer.parseInt(each.getKey()), seed))
                    .containsExactly(Goldens.ints(each.getValue()));
        }
        assertThat(new Pcg64(seed).choice(new double[] {0.5, 0.3, 0.2}, 60))
                .containsExactly(
                        Goldens.ints(random.get("default_rng(%d).choice(3,size=60,p=[0.5,0.3,0.2])".formatted(seed))));
        JsonNode legacy =
                random.get("np.random.seed(%d); permutation(12); choice(7,10); permutation(5)".formatted(seed));
        LegacyNumpy numpy = new LegacyNumpy(seed);
        assertThat(numpy.permutation(12)).containsExactly(Goldens.ints(legacy.get(0)));
        assertThat(numpy.choice(7, 10)).containsExactly(Goldens.ints(legacy.get(1)));
        assertThat(numpy.permutation(5)).containsExactly(Goldens.ints(legacy.get(2)));
    }

    @Test
    void epochsVisitTheRowsInTheReferencesOrder() {
        JsonNode cases = Goldens.read("train_order.json").get("cases");
        assertThat(cases).isNotEmpty();
        for (JsonNode each : cases) {
            long seed = each.path("data_seed").asLong(each.get("seed").asLong());
            boolean shuffled = !each.path("disable_shuffling").asBoolean();
            EpochOrder order = new EpochOrder(each.get("rows").intValue(), seed, shuffled);
            for (JsonNode epoch : each.get("epochs")) {
                assertThat(order.order(epoch.get("epoch").intValue()))
                        .as(each.get("case").asText())
                        .containsExactly(Goldens.ints(epoch.get("order")));
            }
        }
    }
}
