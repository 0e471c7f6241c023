package dev.lathe.quant;

import dev.lathe.tensor.kernel.NibbleOrder;
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
    /** What four bits stand for, less half of their range, so that little cancels out. */
    private static final float[] CODES = {-8, -7, -6, -5, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5, 6, 7};

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

    /** A nibble's or a byte's number straight from the codes, zero points by the sums of the groups of x. */
    @Override
    public void dots(PackedKernels kernels, long first, long last, Vectors x, float[][] y, int at) {
        if (nibbles().isEmpty() && !(hasWholeGroups() && codes.bits() == 8)) {
            PackedMatrix.super.dots(kernels, first, last, x, y, at);
            return;
        }
        float[][] sums = new float[y.length][];
        for (int v = 0; v < y.length; v++) {
            sums[v] = x.sums(v, groupSize, groups);
        }
        int middle = 1 << codes.bits() - 1;
        float[] scale = new float[groups];
        for (long r = first; r < last; r++) {
            scales.read(r * groups, groups, scale);
            for (int v = 0; v < y.length; v++) {
                float offset = 0;
                for (int g = 0; g < groups; g++) {
                    offset += scale[g] * (zero(r, g) - middle) * sums[v][g];
                }
                y[v][(int) (at + r)] = product(kernels, r, scale, x, v) - offset;
            }
        }
    }

    private boolean hasWholeGroups() {
        return groupOf.isEmpty() && groupSize % Vectors.STEP == 0 && in() == (long) groups * groupSize;
    }

    @Override
    public Optional<NibbleOrder> nibbles() {
        return hasWholeGroups() && codes.bits() == 4 && Integer.bitCount(groupSize) == 1
                ? Optional.of(NibbleOrder.LOW_FIRST)
                : Optional.empty();
    }

    /** Of the codes less half of their range, without zero points. */
    private float product(PackedKernels kernels, long row, float[] scale, Vectors x, int v) {
        long at = row * codes.rowBytes();
        return codes.bits() == 8
                ? kernels.numbers().bytes(codes.data(), at, 128, scale, groupSize, x.all()[v])
                : kernels.rows()
                        .nibbleDot(codes.data(), at, CODES, scale, groupSize, x.spread(NibbleOrder.LOW_FIRST)[v]);
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
