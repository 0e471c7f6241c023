package dev.lathe.quant;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * MXFP4 (OCP Microscaling Formats 1.0) as gpt-oss stores it: numbers of e2m1, two a byte, the first in the low nibble; a power
 * of two for each 32.
 *
 * @param blocks [out, in / 32, 16]
 * @param exponents [out, in / 32], 127 for 1
 */
record Mxfp4Matrix(MemorySegment blocks, MemorySegment exponents, long out, long in) implements PackedMatrix {
    static final int BLOCK = 32;
    private static final float[] E2M1 = {0, 0.5f, 1, 1.5f, 2, 3, 4, 6, -0f, -0.5f, -1, -1.5f, -2, -3, -4, -6};

    @Override
    public void row(long row, float[] to) {
        for (int b = 0; b < in / BLOCK; b++) {
            long block = row * (in / BLOCK) + b;
            float scale = (float) Math.scalb(1.0, (exponents.get(ValueLayout.JAVA_BYTE, block) & 255) - 127);
            for (int i = 0; i < BLOCK / 2; i++) {
                int pair = blocks.get(ValueLayout.JAVA_BYTE, block * (BLOCK / 2) + i);
                to[b * BLOCK + 2 * i] = E2M1[pair & 15] * scale;
                to[b * BLOCK + 2 * i + 1] = E2M1[pair >> 4 & 15] * scale;
            }
        }
    }

    @Override
    public long bytes() {
        return blocks.byteSize() + exponents.byteSize();
    }
}
