package dev.lathe.tensor.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** What stands beside the codes in ggml's blocks. */
final class Blocks {
    static final int Q4_0 = 18;
    static final int Q4_1 = 20;
    static final int Q8_0 = 34;
    static final int Q4_K = 144;
    static final int Q6_K = 210;

    /** Numbers of a block of the K types. */
    static final int SUPER = 256;

    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private Blocks() {}

    static float half(MemorySegment blocks, long at) {
        return Float.float16ToFloat(blocks.get(SHORT, at));
    }

    /** Those of blocks of {@code stride} bytes. */
    static float[] halves(MemorySegment blocks, long at, int stride, int count) {
        float[] halves = new float[count];
        for (int b = 0; b < count; b++) {
            halves[b] = half(blocks, at + (long) b * stride);
        }
        return halves;
    }

    static int unsigned(MemorySegment blocks, long at) {
        return blocks.get(ValueLayout.JAVA_BYTE, at) & 255;
    }

    /** Scale {@code k} of the 8 of Q4_K, whose 12 bytes begin at {@code at}. */
    static int scale(MemorySegment blocks, long at, int k) {
        return k < 4
                ? unsigned(blocks, at + k) & 63
                : unsigned(blocks, at + k + 4) & 15 | unsigned(blocks, at + k - 4) >> 6 << 4;
    }

    /** The minimum that belongs to it. */
    static int minimum(MemorySegment blocks, long at, int k) {
        return k < 4
                ? unsigned(blocks, at + k + 4) & 63
                : unsigned(blocks, at + k + 4) >> 4 | unsigned(blocks, at + k) >> 6 << 4;
    }
}
