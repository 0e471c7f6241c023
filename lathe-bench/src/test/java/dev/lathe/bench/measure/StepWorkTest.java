package dev.lathe.bench.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lathe.base.Json;
import dev.lathe.bench.measure.Product.Direction;
import dev.lathe.bench.measure.StepWork.Batch;
import dev.lathe.model.ConfigReader;
import dev.lathe.model.DecoderSpec;
import dev.lathe.model.ModelShape;
import dev.lathe.model.file.TensorSpec;
import dev.lathe.tensor.CrossEntropy;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class StepWorkTest {
    private static final DecoderSpec SMOL = spec(49152, 576, 1536, 30, 9, 3);
    private static final DecoderSpec TINY = spec(10, 4, 6, 2, 2, 1);

    static DecoderSpec spec(int vocabulary, int hidden, int intermediate, int layers, int heads, int keyHeads) {
        ObjectNode config = Json.object()
                .put("model_type", "llama")
                .put("hidden_size", hidden)
                .put("intermediate_size", intermediate)
                .put("num_hidden_layers", layers)
                .put("num_attention_heads", heads)
                .put("num_key_value_heads", keyHeads)
                .put("vocab_size", vocabulary)
                .put("tie_word_embeddings", true)
                .put("torch_dtype", "bfloat16");
        return ConfigReader.read(config, "test");
    }

    private static StepWork lora(DecoderSpec spec) {
        return new StepWork(
                LinearShapes.of(spec),
                Set.of("model.layers.0.self_attn.q_proj.lora_A.weight", "model.layers.1.mlp.up_proj.lora_B.weight"));
    }

    /** What was counted for this work before there was a benchmark: 0.52 GFLOP a token, of 173 tokens a sample 145 supervised. */
    @Test
    void aTokenOfLoraOnSmolLm2NeedsHalfAGigaflop() {
        double needed = lora(SMOL).needed(new Batch(704, 692, 580)) / 692;
        assertThat(needed).isCloseTo(0.52e9, within(0.005e9));
    }

    @Test
    void loraGoesForwardAndBackThroughEverythingButTheFirstProjection() {
        Map<Product, Long> products = lora(TINY).products(new Batch(32, 30, 8));
        Map<Product, Long> expected = new HashMap<>();
        for (long[] shape : new long[][] {{4, 8}, {4, 4}, {4, 12}, {6, 4}}) { // qkv, output, gate and up, down
            expected.put(new Product(Direction.FORWARD, 32, shape[0], shape[1]), 2L);
            expected.put(new Product(Direction.INPUT_GRADIENT, 32, shape[0], shape[1]), shape[1] == 8 ? 1L : 2L);
        }
        expected.put(new Product(Direction.FORWARD, 8, 4, 10), 1L);
        expected.put(new Product(Direction.INPUT_GRADIENT, 8, 4, 10), 1L);
        assertThat(products).isEqualTo(expected);
    }

    @Test
    void fullTrainingAlsoNeedsTheGradientOfEveryMatrix() {
        Set<String> all =
                ModelShape.of(TINY).tensors().stream().map(TensorSpec::name).collect(Collectors.toSet());
        StepWork work = new StepWork(LinearShapes.of(TINY), all);
        Batch batch = new Batch(32, 32, 32);
        long forward = 2L * 32 * (2 * (4 * 8 + 4 * 4 + 4 * 12 + 6 * 4) + 4 * 10);
        assertThat(work.needed(batch)).isEqualTo(3 * forward);
    }

    @Test
    void nothingIsNeededBelowTheLowestTrainedBlock() {
        StepWork top = new StepWork(LinearShapes.of(TINY), Set.of("model.layers.1.mlp.down_proj.weight"));
        Map<Product, Long> products = top.products(new Batch(32, 32, 0));
        assertThat(products.get(new Product(Direction.FORWARD, 32, 4, 8))).isEqualTo(2);
        assertThat(products).doesNotContainKey(new Product(Direction.INPUT_GRADIENT, 32, 4, 8));
        assertThat(products.get(new Product(Direction.INPUT_GRADIENT, 32, 6, 4)))
                .isEqualTo(1);
        assertThat(products.get(new Product(Direction.WEIGHT_GRADIENT, 32, 6, 4)))
                .isEqualTo(1);
    }

    @Test
    void withoutTrainingThereIsOnlyTheWayForward() {
        StepWork reading = new StepWork(LinearShapes.of(TINY), Set.of());
        assertThat(reading.products(new Batch(32, 32, 0)).keySet())
                .hasSize(4)
                .allMatch(product -> product.direction() == Direction.FORWARD);
    }

    /** Each of four experts gets half of the rows where a token goes through two. */
    @Test
    void anExpertMultipliesTheRowsThatItGets() {
        ObjectNode config = Json.object()
                .put("model_type", "mixtral")
                .put("hidden_size", 4)
                .put("intermediate_size", 6)
                .put("num_hidden_layers", 1)
                .put("num_attention_heads", 2)
                .put("num_key_value_heads", 1)
                .put("num_local_experts", 4)
                .put("num_experts_per_tok", 2)
                .put("vocab_size", 10)
                .put("torch_dtype", "bfloat16");
        LinearShapes shapes = LinearShapes.of(ConfigReader.read(config, "test"));
        Map<Product, Long> products = new StepWork(shapes, Set.of()).products(new Batch(32, 32, 0));
        assertThat(products).containsEntry(new Product(Direction.FORWARD, 16, 4, 12), 4L);
        assertThat(products).containsEntry(new Product(Direction.FORWARD, 16, 6, 4), 4L);
        double attention = 4 * 8 + 4 * 4;
        double experts = 4 * (4 * 12 + 6 * 4);
        assertThat(shapes.elements(1)).isEqualTo(attention + experts / 2);
        assertThat(shapes.elements(3)).isEqualTo(attention + experts * (1 - 1 / 8.0));
    }

    @Test
    void theHeadIsCutIntoChunks() {
        DecoderSpec wide = spec(1 << 17, 4, 6, 2, 2, 1);
        assertThat(CrossEntropy.chunkRows(1 << 17)).isEqualTo(256);

        Map<Product, Long> products = lora(wide).products(new Batch(640, 640, 600));

        assertThat(products.get(new Product(Direction.FORWARD, 256, 4, 1 << 17)))
                .isEqualTo(2);
        assertThat(products.get(new Product(Direction.FORWARD, 88, 4, 1 << 17))).isEqualTo(1);
    }

    @Test
    void rowsThatAreIdleAreNotNeeded() {
        StepWork work = lora(TINY);
        assertThat(work.needed(new Batch(64, 33, 20))).isEqualTo(work.needed(new Batch(33, 33, 20)));
    }

    @Test
    void rooflineIsTokensOverTheTimeOfItsProducts() {
        StepWork work = lora(TINY);
        Batch batch = new Batch(32, 32, 8);
        Roofline roofline = new Roofline(work, List.of(batch, batch));
        Map<Product, Double> seconds = new HashMap<>();
        roofline.products().forEach(product -> seconds.put(product, product.operations() / 1e9));
        assertThat(roofline.rate(seconds)).isCloseTo(1e9, within(1.0));
        double alone = work.needed(batch) / 1e9; // seconds of one batch
        assertThat(roofline.possible(roofline.rate(seconds))).isCloseTo(32 / alone, within(1e-6 * 32 / alone));
    }

    /** A slow product weighs as much as it is made often: the rate is operations over time, not a mean of rates. */
    @Test
    void rateIsWeightedByTime() {
        Roofline roofline = new Roofline(lora(TINY), List.of(new Batch(32, 32, 8)));
        Map<Product, Double> even = new HashMap<>();
        roofline.products().forEach(product -> even.put(product, product.operations() / 1e9));
        Map<Product, Double> slowHead = new HashMap<>(even);
        slowHead.computeIfPresent(new Product(Direction.FORWARD, 8, 4, 10), (product, seconds) -> seconds * 1000);
        assertThat(roofline.rate(slowHead)).isLessThan(roofline.rate(even) / 20);
    }

    @Test
    void manyRowCountsAreTimedByFew() {
        List<Batch> batches = LongStream.range(1, 20)
                .mapToObj(i -> new Batch(32 * i, 32 * i - 3, 10))
                .toList();
        Roofline roofline = new Roofline(lora(TINY), batches);
        assertThat(roofline.products().stream()
                        .filter(product -> product.out() == 8)
                        .map(Product::rows))
                .containsOnly(32L, 224L, 416L, 608L)
                .hasSize(8);
    }
}
