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
        long r = row * in / width;
        long c = row * in % width;
        for (int i = 0; i < in; r++, c = 0) {
            int count = (int) Math.min(width - c, in - i);
            run(r, c, count, to, i);
            i += count;
        }
    }

    /** Numbers of one row of the regrouped matrix. */
    private void run(long r, long c, int count, float[] to, int at) {
        long packedHeight = packing.packedHeight(height());
        int shift = packing.shift((int) (r / packedHeight));
        int mask = (1 << packing.bits()) - 1;
        int[] words = words(r % packedHeight * width() + c, count);
        if (axis == 1) {
            float scale = scales.get(r);
            float zero = zeros.get(r);
            for (int i = 0; i < count; i++) {
                to[at + i] = ((words[i] >>> shift & mask) - zero) * scale;
            }
            return;
        }
        float[] scale = new float[count];
        float[] zero = new float[count];
        scales.read(c, count, scale);
        zeros.read(c, count, zero);
        for (int i = 0; i < count; i++) {
            to[at + i] = ((words[i] >>> shift & mask) - zero[i]) * scale[i];
        }
    }

    private int[] words(long first, int count) {
        int[] words = new int[count];
        if (packing.wordBytes() == 4) {
            MemorySegment.copy(codes, PackedBytes.INT, 4 * first, words, 0, count);
            return words;
        }
        byte[] bytes = new byte[count];
        MemorySegment.copy(codes, ValueLayout.JAVA_BYTE, first, bytes, 0, count);
        for (int i = 0; i < count; i++) {
            words[i] = bytes[i];
        }
        return words;
    }

    @Override
    public long bytes() {
        return codes.byteSize() + scales.data().byteSize() + zeros.data().byteSize();
    }
}
