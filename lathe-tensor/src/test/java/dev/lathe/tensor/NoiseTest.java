package dev.lathe.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NoiseTest {
    @BeforeEach
    void start() {
        Torch.start(1);
    }

    /** Widths that no block of four fills, and more numbers than are made at a time. */
    @ParameterizedTest
    @CsvSource({"1, 3, 5", "2, 700, 801", "3, 1, 300001"})
    void aMaskIsAFunctionOfSeedStepSampleLayerAndPlace(long seed, int tokens, int width) {
        Random random = new Random(seed);
        int[] samples = random.ints(tokens, 0, 9).toArray();
        int[] places = random.ints(tokens, 0, 4000).toArray();
        double p = 0.25;
        float kept = (float) (1 / (1 - p));
        float[] expected = new float[tokens * width];
        int[] words = new int[4];
        for (int at = 0; at < expected.length; at++) {
            int token = at / width;
            int column = at % width;
            Philox.block(column / 4, places[token], samples[token], "layer".hashCode(), (int) seed, 11, words, 0);
            expected[at] = (words[column % 4] >>> 1) < (1 << 29) ? 0 : kept;
        }
        Noise noise = new Noise(seed, 11, samples, places);
        try (Scope scope = Scope.open()) {
            assertThat(noise.dropout("layer", p, width, DType.F32).toFloats()).isEqualTo(expected);
            assertThat(noise.dropout("layer", p, width, DType.BF16).toFloats())
                    .isEqualTo(
                            Tensors.of(expected, expected.length).to(DType.BF16).toFloats());
        }
    }
}
