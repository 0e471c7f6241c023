package dev.lathe.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lathe.base.Json;
import dev.lathe.model.file.StoredTensor;
import dev.lathe.model.file.WeightFile;
import dev.lathe.tensor.DType;
import dev.lathe.tensor.Torch;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FreshWeightsTest {
    private static final String CONFIG = """
            {"model_type": "llama", "vocab_size": 1000, "hidden_size": 192, "num_hidden_layers": 1,
             "num_attention_heads": 4, "intermediate_size": 256, "initializer_range": 0.05%s}
            """;
    private static final String TABLE = "model.embed_tokens.weight";

    @BeforeEach
    void start() {
        Torch.start(2);
    }

    private static DecoderSpec spec() {
        return ConfigReader.read((ObjectNode) Json.parse(CONFIG.formatted(""), "config"), "config");
    }

    private static float[] numbers(WeightFile file, String name) {
        try (Arena arena = Arena.ofShared()) {
            StoredTensor tensor = file.get(name, arena);
            assertThat(tensor.dtype()).isEqualTo(file.spec(name).dtype());
            float[] numbers = new float[(int) tensor.spec().elements()];
            for (int i = 0; i < numbers.length; i++) {
                numbers[i] = tensor.dtype() == DType.F32
                        ? tensor.data().getAtIndex(ValueLayout.JAVA_FLOAT, i)
                        : Float.intBitsToFloat(tensor.data().getAtIndex(ValueLayout.JAVA_SHORT, i) << 16);
            }
            return numbers;
        }
    }

    /** Mean, deviation, skew and tails of a normal distribution; sums of four end at 3.46 deviations. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void bothKindsAreNormalNumbers(long seed) {
        for (FreshWeights weights :
                new FreshWeights[] {new FreshWeights(spec(), seed), FreshWeights.quick(spec(), seed)}) {
            float[] numbers = numbers(weights, TABLE);
            double[] moments = new double[4];
            for (float number : numbers) {
                double z = number / 0.05;
                for (int k = 0; k < 4; k++) {
                    moments[k] += Math.pow(z, k + 1) / numbers.length;
                }
            }
            assertThat(moments[0]).isCloseTo(0, within(0.01));
            assertThat(moments[1]).isCloseTo(1, within(0.02));
            assertThat(moments[2]).isCloseTo(0, within(0.03));
            assertThat(moments[3]).isBetween(2.65, 3.1); // 3; sums of four uniform ones have 2.7
            assertThat(numbers(weights, "model.norm.weight")).containsOnly(1f);
        }
    }

    @Test
    void aTensorIsAFunctionOfSeedAndName() {
        float[] first = numbers(FreshWeights.quick(spec(), 5), TABLE);
        Torch.start(1);
        assertThat(numbers(FreshWeights.quick(spec(), 5), TABLE)).isEqualTo(first);
        assertThat(numbers(FreshWeights.quick(spec(), 6), TABLE)).isNotEqualTo(first);
        assertThat(numbers(FreshWeights.quick(spec(), 5), "lm_head.weight")).isNotEqualTo(first);
    }

    /** A folder without weights whose config.json asks for random ones; with weights, those count. */
    @Test
    void aFolderWithoutWeightsMayAskForThem(@TempDir Path folder) throws IOException {
        Files.writeString(folder.resolve("config.json"), CONFIG.formatted(", \"lathe_random_weights\": 5"));
        Files.writeString(
                folder.resolve("tokenizer.json"),
                "{\"model\": {\"type\": \"WordLevel\", \"unk_token\": \"a\", \"vocab\": {\"a\": 0}}}");
        try (LoadedModel model = LoadedModel.open("random", folder)) {
            assertThat(numbers(model.weights(), TABLE)).isEqualTo(numbers(FreshWeights.quick(spec(), 5), TABLE));
        }
        Files.writeString(folder.resolve("model.safetensors.index.json"), "{}");
        assertThatThrownBy(() -> LoadedModel.open("random", folder))
                .hasMessageContaining("model.safetensors.index.json");
    }
}
