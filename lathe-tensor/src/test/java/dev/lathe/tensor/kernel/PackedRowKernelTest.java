package dev.lathe.tensor.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The host's kernel does what plain Java does. */
class PackedRowKernelTest {
    private final Random random = new Random(7);
    private final PackedRowKernel host = PackedRowKernel.forHost();
    private final PackedRowKernel scalar = PackedRowKernel.scalar();

    @ParameterizedTest
    @CsvSource({"F32, 32, 1", "F32, 64, 3", "BF16, 32, 5", "BF16, 64, 9", "BF16, 128, 2"})
    void unpacksTheSameBits(Element element, int block, int blocks) {
        int width = block * blocks;
        MemorySegment packed = packed(width / 2 + 7);
        float[] table = floats(16);
        float[] scales = floats(blocks);
        MemorySegment ours = Arena.ofAuto().allocate(2L * width * element.bytes());
        MemorySegment theirs = Arena.ofAuto().allocate(2L * width * element.bytes());
        host.nibbles(packed, 7, table, scales, block, Matrix.of(ours, element, 2, width), 1);
        scalar.nibbles(packed, 7, table, scales, block, Matrix.of(theirs, element, 2, width), 1);
        assertThat(ours.mismatch(theirs)).isEqualTo(-1);
    }

    @ParameterizedTest
    @CsvSource({
        "32, 1, HIGH_FIRST",
        "32, 9, LOW_FIRST",
        "64, 1, LOW_FIRST",
        "64, 3, HIGH_FIRST",
        "64, 10, HIGH_FIRST",
        "32, 4, HIGH_FIRST",
        "128, 5, LOW_FIRST",
        "256, 2, HIGH_FIRST"
    })
    void multipliesTheSame(int block, int blocks, NibbleOrder order) {
        int width = block * blocks;
        MemorySegment packed = packed(width / 2 + 3);
        float[] table = floats(16);
        float[] scales = floats(blocks);
        float[] x = floats(width);
        float expected = scalar.nibbleDot(packed, 3, table, scales, block, scalar.spread(x, width, order));
        assertThat(host.nibbleDot(packed, 3, table, scales, block, host.spread(x, width, order)))
                .isCloseTo(expected, within(1e-4f * width));
        float[] a = floats(width);
        float[] b = floats(width);
        assertThat(host.dot(a, b, width - 5)).isCloseTo(scalar.dot(a, b, width - 5), within(1e-4f * width));
    }

    @ParameterizedTest
    @EnumSource(Element.class)
    void writesRows(Element element) {
        float[] row = floats(48);
        MemorySegment ours = Arena.ofAuto().allocate(3L * 37 * element.bytes());
        MemorySegment theirs = Arena.ofAuto().allocate(3L * 37 * element.bytes());
        host.write(row, Matrix.of(ours, element, 3, 37), 1);
        scalar.write(row, Matrix.of(theirs, element, 3, 37), 1);
        assertThat(ours.mismatch(theirs)).isEqualTo(-1);
    }

    private MemorySegment packed(int bytes) {
        byte[] random = new byte[bytes];
        this.random.nextBytes(random);
        return Arena.ofAuto().allocate(bytes).copyFrom(MemorySegment.ofArray(random));
    }

    private float[] floats(int count) {
        float[] floats = new float[count];
        for (int i = 0; i < count; i++) {
            floats[i] = (float) random.nextGaussian();
        }
        return floats;
    }
}
