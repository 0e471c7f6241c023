package dev.lathe.quant;

import java.util.Optional;

/**
 * Whole numbers with a scale and a zero point for each group of columns of a row: (q - zero) · scale. What GPTQ, AWQ and
 * compressed-tensors store, whatever way they pack it.
 *
 * @param codes q, [out, in]
 * @param scales [out, groups]
 * @param zeros [out, groups], unsigned bytes; a single one when all are the same
 * @param groupOf the group of each column, where columns were put in another order before grouping; otherwise groups are
 *     {@code groupSize} columns one after the other
 */
record GroupedMatrix(BitRows codes, Numbers scales, byte[] zeros, int groupSize, int groups, Optional<int[]> groupOf)
        implements PackedMatrix {
    @Override
    public long out() {
        return codes.rows();
    }

    @Override
    public long in() {
        return codes.columns();
    }

    @Override
    public void row(long row, float[] to) {
        int in = (int) in();
        int[] q = new int[in];
        codes.row(row, q);
        if (groupOf.isPresent()) {
            float[] scale = new float[groups];
            scales.read(row * groups, groups, scale);
            int[] group = groupOf.get();
            for (int i = 0; i < in; i++) {
                to[i] = (q[i] - zero(row, group[i])) * scale[group[i]];
            }
            return;
        }
        for (int g = 0; g < groups; g++) {
            float scale = scales.get(row * groups + g);
            int zero = zero(row, g);
            int end = Math.min(in, (g + 1) * groupSize);
            for (int i = g * groupSize; i < end; i++) {
                to[i] = (q[i] - zero) * scale;
            }
        }
    }

    private int zero(long row, int group) {
        return (zeros.length == 1 ? zeros[0] : zeros[(int) (row * groups + group)]) & 255;
    }

    @Override
    public long bytes() {
        return codes.data().byteSize()
                + scales.data().byteSize()
                + zeros.length
                + groupOf.map(order -> (long) order.length * Integer.BYTES).orElse(0L);
    }
}
