package dev.lathe.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class PhiloxTest {
    /** Known answers of the authors' Random123 distribution (kat_vectors, philox4x32 10). */
    @Test
    void givesTheAuthorsAnswers() {
        int[] out = new int[4];
        Philox.block(0, 0, 0, 0, 0, 0, out, 0);
        assertThat(out).containsExactly(0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8);
        Philox.block(-1, -1, -1, -1, -1, -1, out, 0);
        assertThat(out).containsExactly(0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd);
    }

    @Test
    void dropoutDoesNotDependOnWhatElseIsInTheBatch() {
        Torch.start(1);
        Noise both = new Noise(1, 2, new int[] {0, 0, 1, 1}, new int[] {0, 1, 0, 1});
        Noise second = new Noise(1, 2, new int[] {1, 1}, new int[] {0, 1});
        float[] together = both.dropout("q", 0.3, 10, DType.F32).toFloats();
        assertThat(Arrays.copyOfRange(together, 20, 40))
                .isEqualTo(second.dropout("q", 0.3, 10, DType.F32).toFloats());
        assertThat(together).isNotEqualTo(both.dropout("k", 0.3, 10, DType.F32).toFloats());
    }

    @Test
    void dropoutDropsTheShareItIsAskedFor() {
        Torch.start(1);
        Noise noise = new Noise(
                7, 1, new int[100], java.util.stream.IntStream.range(0, 100).toArray());
        Tensor mask = noise.dropout("x", 0.25, 200, DType.F32);
        assertThat(mask.sum() / mask.count()).isCloseTo(1, within(0.02));
    }
}
