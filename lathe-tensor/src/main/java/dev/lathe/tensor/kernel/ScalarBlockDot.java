package dev.lathe.tensor.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** {@link BlockDotKernel} in plain Java. */
record ScalarBlockDot() implements BlockDotKernel {
    @Override
    public float q40(MemorySegment blocks, long at, int count, float[] x) {
        float sum = 0;
        for (int to = 0; to < count; to += GROUP, at += Blocks.Q4_0) {
            sum += Blocks.half(blocks, at) * halves(blocks, at + 2, 8, x, to);
        }
        return sum;
    }

    @Override
    public float q41(MemorySegment blocks, long at, int count, float[] x, float[] sums) {
        float sum = 0;
        for (int to = 0; to < count; to += GROUP, at += Blocks.Q4_1) {
            sum += Blocks.half(blocks, at) * halves(blocks, at + 4, 0, x, to)
                    + Blocks.half(blocks, at + 2) * sums[to / GROUP];
        }
        return sum;
    }

    /** 16 bytes whose low nibbles come before the high ones. */
    private static float halves(MemorySegment blocks, long at, int zero, float[] x, int to) {
        float sum = 0;
        for (int i = 0; i < 16; i++) {
            int pair = Blocks.unsigned(blocks, at + i);
            sum += ((pair & 15) - zero) * x[to + i] + ((pair >> 4) - zero) * x[to + 16 + i];
        }
        return sum;
    }

    @Override
    public float q80(MemorySegment blocks, long at, int count, float[] x) {
        float sum = 0;
        for (int to = 0; to < count; to += GROUP, at += Blocks.Q8_0) {
            float inBlock = 0;
            for (int i = 0; i < GROUP; i++) {
                inBlock += blocks.get(ValueLayout.JAVA_BYTE, at + 2 + i) * x[to + i];
            }
            sum += Blocks.half(blocks, at) * inBlock;
        }
        return sum;
    }

    @Override
    public float q4k(MemorySegment blocks, long at, int count, float[] x, float[] sums) {
        float sum = 0;
        for (int to = 0; to < count; to += Blocks.SUPER, at += Blocks.Q4_K) {
            float d = Blocks.half(blocks, at);
            float least = Blocks.half(blocks, at + 2);
            for (int k = 0; k < 8; k++) {
                float inGroup = 0;
                for (int i = 0; i < GROUP; i++) {
                    int pair = Blocks.unsigned(blocks, at + 16 + 32 * (k / 2) + i);
                    inGroup += (pair >> 4 * (k % 2) & 15) * x[to + GROUP * k + i];
                }
                sum += d * Blocks.scale(blocks, at + 4, k) * inGroup
                        - least * Blocks.minimum(blocks, at + 4, k) * sums[to / GROUP + k];
            }
        }
        return sum;
    }

    @Override
    public float q6k(MemorySegment blocks, long at, int count, float[] x) {
        float sum = 0;
        for (int to = 0; to < count; to += Blocks.SUPER, at += Blocks.Q6_K) {
            float d = Blocks.half(blocks, at + 208);
            for (int k = 0; k < 16; k++) {
                int quarter = k % 8 / 2; // of the 128 numbers of this half
                long low = at + 64 * (k / 8) + 32 * (quarter % 2) + 16 * (k % 2);
                long high = at + 128 + 32 * (k / 8) + 16 * (k % 2);
                float inGroup = 0;
                for (int i = 0; i < 16; i++) {
                    int q = Blocks.unsigned(blocks, low + i) >> 4 * (quarter / 2) & 15
                            | (Blocks.unsigned(blocks, high + i) >> 2 * quarter & 3) << 4;
                    inGroup += (q - 32) * x[to + 16 * k + i];
                }
                sum += d * blocks.get(ValueLayout.JAVA_BYTE, at + 192 + k) * inGroup;
            }
        }
        return sum;
    }
}
