package dev.lathe.quant;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A sparse matrix: the kept numbers row after row, and a bit for every number that says whether it is kept.
 *
 * @param mask [out, ceil(in / 8)], the lowest bit first
 * @param starts where in {@code kept} each row begins
 */
record BitmaskMatrix(Numbers kept, MemorySegment mask, long[] starts, long out, long in) implements PackedMatrix {
    @Override
    public void row(long row, float[] to) {
        long at = starts[(int) row];
        long maskAt = row * Math.ceilDiv(in, 8);
        for (int i = 0; i < in; i++) {
            boolean there = (mask.get(ValueLayout.JAVA_BYTE, maskAt + i / 8) >> i % 8 & 1) != 0;
            to[i] = there ? kept.get(at++) : 0;
        }
    }

    /** How many numbers of a row the mask keeps. */
    static int kept(MemorySegment mask, long row, long in) {
        long width = Math.ceilDiv(in, 8);
        int count = 0;
        for (long b = 0; b < width; b++) {
            count += Integer.bitCount(mask.get(ValueLayout.JAVA_BYTE, row * width + b) & 255);
        }
        return count;
    }

    @Override
    public long bytes() {
        return kept.data().byteSize() + mask.byteSize() + (long) starts.length * Long.BYTES;
    }
}
