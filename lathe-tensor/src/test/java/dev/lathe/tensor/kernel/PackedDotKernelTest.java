package dev.lathe.tensor.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The host's kernels do what plain Java does. */
class PackedDotKernelTest {
    private final Random random = new Random(11);
    private final PackedDotKernel host = PackedDotKernel.forHost();
    private final PackedDotKernel scalar = PackedDotKernel.scalar();

    @ParameterizedTest
    @CsvSource({"64, 3", "13, 1", "32, 5", "100, 2", "16, 1", "576, 1"})
    void bytesAndPairsOfNibbles(int block, int blocks) {
        int width = block * blocks;
        MemorySegment codes = codes(width + 5);
        float[] scales = floats(blocks);
        float[] others = floats(blocks);
        float[] x = floats(width);
        assertThat(host.signedBytes(codes, 5, scales, block, x))
                .isCloseTo(scalar.signedBytes(codes, 5, scales, block, x), within(1e-3f * width));
        assertThat(host.bytes(codes, 5, 100, scales, block, x))
                .isCloseTo(scalar.bytes(codes, 5, 100, scales, block, x), within(1e-3f * width));
        float[] ours = new float[2];
        float[] theirs = new float[2];
        host.nibblePair(codes, 5, scales, others, block, x, ours);
        scalar.nibblePair(codes, 5, scales, others, block, x, theirs);
        assertThat(ours[0]).isCloseTo(theirs[0], within(1e-4f * width));
        assertThat(ours[1]).isCloseTo(theirs[1], within(1e-4f * width));
    }

    /** Random bytes, but for halves that are numbers. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5})
    void blocks(int blocks) {
        BlockDotKernel vectors = BlockDotKernel.forHost();
        BlockDotKernel plain = BlockDotKernel.scalar();
        int count = 256 * blocks;
        float[] x = floats(count);
        float[] sums = floats(count / BlockDotKernel.GROUP);
        float near = 5e-3f * count;
        MemorySegment q40 = blocks(count / 32, Blocks.Q4_0, 0);
        assertThat(vectors.q40(q40, 0, count, x)).isCloseTo(plain.q40(q40, 0, count, x), within(near));
        MemorySegment q41 = blocks(count / 32, Blocks.Q4_1, 0, 2);
        assertThat(vectors.q41(q41, 0, count, x, sums)).isCloseTo(plain.q41(q41, 0, count, x, sums), within(near));
        MemorySegment q80 = blocks(count / 32, Blocks.Q8_0, 0);
        assertThat(vectors.q80(q80, 0, count, x)).isCloseTo(plain.q80(q80, 0, count, x), within(near));
        MemorySegment q4k = blocks(blocks, Blocks.Q4_K, 0, 2);
        assertThat(vectors.q4k(q4k, 0, count, x, sums)).isCloseTo(plain.q4k(q4k, 0, count, x, sums), within(near));
        MemorySegment q6k = blocks(blocks, Blocks.Q6_K, 208);
        assertThat(vectors.q6k(q6k, 0, count, x)).isCloseTo(plain.q6k(q6k, 0, count, x), within(near));
    }

    private MemorySegment blocks(int count, int bytes, int... halves) {
        MemorySegment blocks = codes(count * bytes);
        for (int block = 0; block < count; block++) {
            for (int half : halves) {
                short number = Float.floatToFloat16((float) random.nextGaussian() / 16);
                blocks.asSlice((long) block * bytes + half, 2)
                        .copyFrom(MemorySegment.ofArray(new byte[] {(byte) number, (byte) (number >> 8)}));
            }
        }
        return blocks;
    }

    private MemorySegment codes(int bytes) {
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
