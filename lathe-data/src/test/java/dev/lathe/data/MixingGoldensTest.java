package dev.lathe.data;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lathe.base.Json;
import dev.lathe.base.Reference;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Which rows are trained and evaluated on, in which order, against goldens/data/mixing.json of the reference. */
class MixingGoldensTest {
    static Stream<Named<JsonNode>> cases() {
        return Goldens.cases("mixing.json")
                .filter(each ->
                        each.getPayload().has("train") || each.getPayload().isMissingNode());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void rowsComeInTheReferencesOrder(JsonNode each) {
        Goldens.require();
        Map<List<Integer>, String> names = rowNames(each);
        LoadedData loaded = Goldens.load(each);
        assertThat(order(loaded.train(), names)).isEqualTo(texts(each.get("train")));
        JsonNode evaluation = each.path("eval");
        if (evaluation.isArray()) {
            assertThat(loaded.evaluation()).hasSize(1);
            assertThat(order(loaded.evaluation().getFirst(), names)).isEqualTo(texts(evaluation));
        } else {
            assertThat(loaded.evaluation()).hasSize(evaluation.size());
            for (LoadedData.Set set : loaded.evaluation()) {
                assertThat(order(set, names))
                        .isEqualTo(texts(evaluation.path(set.name().orElseThrow())));
            }
        }
    }

    private static List<String> order(LoadedData.Set set, Map<List<Integer>, String> names) {
        return IntStream.range(0, set.samples().size())
                .mapToObj(i -> names.getOrDefault(ids(set.samples().get(i)), "unknown"))
                .toList();
    }

    /** The instruction of each row of mix_a, mix_b and mix_c by its ids. */
    private static Map<List<Integer>, String> rowNames(JsonNode each) {
        Path folder = Reference.file(each.at("/args/dataset_dir").asText());
        Map<List<Integer>, String> names = new HashMap<>();
        for (String set : List.of("mix_a", "mix_b", "mix_c")) {
            DataSettings settings = DataSettings.of(DataSettings.Stage.SFT, folder, List.of(set));
            TokenizedData samples = new DataPipeline(
                            Goldens.encoding(each), new TokenCache.None(), 1, DataProgress.NONE)
                    .load(settings)
                    .train()
                    .samples();
            JsonNode rows = Json.read(folder.resolve(set + ".json"));
            for (int i = 0; i < samples.size(); i++) {
                names.put(ids(samples.get(i)), rows.get(i).get("instruction").asText());
            }
        }
        assertThat(names).hasSize(19);
        return names;
    }

    private static List<Integer> ids(Sample sample) {
        return IntStream.of(sample.inputIds()).boxed().toList();
    }

    private static List<String> texts(JsonNode list) {
        return IntStream.range(0, list.size())
                .mapToObj(i -> list.get(i).asText())
                .toList();
    }
}
