package dev.lathe.quant;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * HQQ's numbers: (q - zero) · scale with a real zero point, in groups of {@code group} numbers. The matrix, row by row, is
 * cut into {@link #height} rows of {@link #width}; groups are those rows (axis 1) or their columns (axis 0). Codes are packed
 * down: a word holds rows that are far apart.
 *
 * @param scales one for each group
 * @param zeros one for each group
 */
record HqqMatrix(
        MemorySegment codes, HqqPacking packing, Numbers scales, Numbers zeros, int axis, long group, long out, long in)
        implements PackedMatrix {
    /** Rows of the regrouped matrix. */
    long height() {
        return axis == 1 ? out * in / group : group;
    }

    /** Its columns. */
    long width() {
        return axis == 1 ? group : out * in / group;
    }

    @Override
    public void row(long row, float[] to) {
        long width = width();
        long height = height();
        long packedHeight = packing.packedHeight(height);
        int mask = (1 << packing.bits()) - 1;
        long r = row * in / width;
        long c = row * in % width;
        for (int i = 0; i < in; r++, c = 0) {
            int shift = packing.shift((int) (r / packedHeight));
            long words = r % packedHeight * width;
            for (; c < width && i < in; c++, i++) {
                long g = axis == 1 ? r : c;
                to[i] = ((word(words + c) >>> shift & mask) - zeros.get(g)) * scales.get(g);
            }
        }
    }

    private int word(long index) {
        return packing.wordBytes() == 4 ? codes.get(Memory.INT, 4 * index) : codes.get(ValueLayout.JAVA_BYTE, index);
    }

    @Override
    public long bytes() {
        return codes.byteSize() + scales.data().byteSize() + zeros.data().byteSize();
    }
}
