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
        long number = row * in;
        for (int i = 0; i < in; i++, number++) {
            long r = number / width;
            long c = number - r * width;
            long g = axis == 1 ? r : c;
            to[i] = (code(r, c, height, width) - zeros.get(g)) * scales.get(g);
        }
    }

    private int code(long r, long c, long height, long width) {
        long packedHeight = packing.packedHeight(height);
        long word = r % packedHeight * width + c;
        int shift = packing.shift((int) (r / packedHeight));
        int stored =
                packing.wordBytes() == 4 ? codes.get(Memory.INT, 4 * word) : codes.get(ValueLayout.JAVA_BYTE, word);
        return stored >>> shift & (1 << packing.bits()) - 1;
    }

    @Override
    public long bytes() {
        return codes.byteSize() + scales.data().byteSize() + zeros.data().byteSize();
    }
}
