package dev.lathe.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lathe.base.GoldenModels;
import dev.lathe.base.Json;
import dev.lathe.tensor.Scope;
import dev.lathe.tensor.Segments;
import dev.lathe.tensor.Tape;
import dev.lathe.tensor.Tensor;
import dev.lathe.tensor.Tensors;
import dev.lathe.tensor.Torch;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What routers say and choose. Logits and balance losses are those of transformers 5.6 (goldens/train/models). */
class RoutersTest {
    @BeforeEach
    void start() {
        Torch.start(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"mixtral", "qwen2_moe", "qwen3_moe", "gpt_oss"})
    void logitsAndBalanceLoss(String family) {
        Path folder = GoldenModels.folder(family);
        JsonNode golden = Json.read(folder.resolve("golden.json"));
        JsonNode router = golden.path("router");
        int[] ids = GeneratorTest.ids(golden.path("sequences")
                .get(router.path("sequence_index").intValue())
                .path("ids"));
        Decoder decoder = ReferenceLogitsTest.load(folder, "config.json");
        RouterUse use = new RouterUse(decoder.spec().experts().orElseThrow(), ids.length);
        List<float[]> logits = new ArrayList<>();
        run(decoder, ids, new Both(use, logits));
        JsonNode expected = router.path("router_logits_per_layer");
        assertThat(logits).hasSize(expected.size());
        for (int layer = 0; layer < logits.size(); layer++) {
            int at = 0;
            for (JsonNode token : expected.get(layer)) {
                for (JsonNode value : token) {
                    assertThat(logits.get(layer)[at++]).isCloseTo((float) value.doubleValue(), within(2e-4f));
                }
            }
            assertThat(at).isEqualTo(logits.get(layer).length);
        }
        assertThat(use.balanceLoss()).isCloseTo(router.path("aux_loss").doubleValue(), within(2e-5));
    }

    private static void run(Decoder decoder, int[] ids, Routers routers) {
        try (Scope scope = Scope.open()) {
            int[] positions = IntStream.range(0, ids.length).toArray();
            decoder.hidden(
                    new PackedPass(
                            Tape.off(),
                            decoder.spec().rope().at(positions, ids.length),
                            Segments.single(ids.length),
                            Optional.empty(),
                            Optional.of(routers)),
                    Tensors.indices(ids));
        }
    }

    private record Both(RouterUse use, List<float[]> logits) implements Routers {
        @Override
        public void routed(int layer, Tensor said, int[] chosen) {
            logits.add(said.toFloats());
            use.routed(layer, said, chosen);
        }

        @Override
        public int counted() {
            return use.counted();
        }

        @Override
        public float[] pull() {
            return use.pull();
        }
    }

    @Test
    void onlyTheBestGroupsAreOpen() {
        ExpertChoice byBest = new ExpertChoice(2, 1, false);
        float[] scores = {0.9f, 0.1f, 0.6f, 0.7f};
        assertThat(byBest.choose(scores, new float[0], 4, 2)).containsExactly(0, 1);
        ExpertChoice byPairs = new ExpertChoice(2, 1, true);
        assertThat(byPairs.choose(scores, new float[0], 4, 2)).containsExactly(3, 2);
        assertThat(byPairs.choose(scores, new float[] {0, 1, 0, 0}, 4, 2)).containsExactly(1, 0);
        assertThat(ExpertChoice.plain().choose(scores, new float[0], 4, 3)).containsExactly(0, 3, 2);
    }

    @Test
    void anEvenUseHasTheBalanceLossOfItsActiveExperts() {
        ExpertsSpec spec = ReferenceLogitsTest.load(GoldenModels.folder("mixtral"), "config.json")
                .spec()
                .experts()
                .orElseThrow();
        RouterUse use = new RouterUse(spec, 2);
        use.routed(0, Tensors.of(new float[12], 3, 4), new int[] {0, 1, 2, 3, 0, 0}); // the third only fills up
        assertThat(use.balanceLoss()).isCloseTo(2, within(1e-9));
        assertThat(use.choices().get(0)).containsExactly(1, 1, 1, 1);
    }
}
