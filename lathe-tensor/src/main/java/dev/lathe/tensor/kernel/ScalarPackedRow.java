package dev.lathe.tensor.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** {@link PackedRowKernel} in plain Java. */
record ScalarPackedRow() implements PackedRowKernel {
    @Override
    public void write(float[] from, Matrix to, long row) {
        for (int i = 0; i < to.width(); i++) {
            to.set(row, i, from[i]);
        }
    }

    @Override
    public void read(Matrix from, long row, float[] to) {
        for (int i = 0; i < from.width(); i++) {
            to[i] = from.get(row, i);
        }
    }

    @Override
    public float dot(float[] a, float[] b, int count) {
        float sum = 0;
        for (int i = 0; i < count; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    @Override
    public void nibbles(MemorySegment packed, long at, float[] table, float[] scales, int block, Matrix to, long row) {
        float[] scaled = new float[16];
        for (int b = 0; b < to.width() / block; b++) {
            for (int code = 0; code < 16; code++) {
                scaled[code] = table[code] * scales[b];
            }
            for (int i = b * block; i < (b + 1) * block; i += 2) {
                int pair = packed.get(ValueLayout.JAVA_BYTE, at + i / 2);
                to.set(row, i, scaled[pair >> 4 & 15]);
                to.set(row, i + 1, scaled[pair & 15]);
            }
        }
    }

    /** For each byte what its high nibble is multiplied by, then what its low one is. */
    @Override
    public float[] spread(float[] x, int count, NibbleOrder order) {
        float[] spread = new float[count];
        for (int i = 0; i < count; i++) {
            spread[order == NibbleOrder.HIGH_FIRST ? i : i ^ 1] = x[i];
        }
        return spread;
    }

    @Override
    public float nibbleDot(MemorySegment packed, long at, float[] table, float[] scales, int block, float[] spread) {
        float sum = 0;
        for (int b = 0; b < scales.length; b++) {
            float inBlock = 0;
            for (int i = b * block / 2; i < (b + 1) * block / 2; i++) {
                int pair = packed.get(ValueLayout.JAVA_BYTE, at + i);
                inBlock += table[pair >> 4 & 15] * spread[2 * i] + table[pair & 15] * spread[2 * i + 1];
            }
            sum += inBlock * scales[b];
        }
        return sum;
    }
}
