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

    /** Groups along columns of the regrouped matrix come back every {@code out / group} rows, which are a share. */
    @Override
    public long shares() {
        return axis == 0 && out % group == 0 ? out / group : out;
    }

    @Override
    public void dots(PackedKernels kernels, long first, long last, Vectors x, float[][] y, int at) {
        boolean known = packing == HqqPacking.BYTES || packing == HqqPacking.NIBBLES;
        if (known && axis == 0 && out % group == 0) {
            for (int v = 0; v < y.length; v++) {
                for (long share = first; share < last; share++) {
                    share(kernels, share, x.all()[v], y[v], at);
                }
            }
            return;
        }
        float[] row = Rows.buffer(in);
        for (long share = first; share < last; share++) {
            for (long r = share; r < out; r += shares()) {
                row(r, row);
                for (int v = 0; v < y.length; v++) {
                    y[v][(int) (at + r)] = kernels.rows().dot(row, x.all()[v], (int) in);
                }
            }
        }
    }

    /** Rows {@code share}, {@code share + shares()}, ... have the same scales, so x is multiplied by them once. */
    private void share(PackedKernels kernels, long share, float[] x, float[] y, int at) {
        int count = (int) in;
        float[] scaled = Rows.buffer(in);
        float[] zero = new float[count];
        scales.read(share * in, count, scaled);
        zeros.read(share * in, count, zero);
        int middle = packing == HqqPacking.NIBBLES ? 8 : middle(zero);
        float offset = 0;
        for (int i = 0; i < count; i++) {
            scaled[i] *= x[i];
            offset += scaled[i] * (zero[i] - middle);
        }
        float[] one = {1};
        float[] two = new float[2];
        int words = (int) packing.packedHeight(group);
        for (int w = 0; w < words; w++) {
            long word = w * width() + share * in;
            if (packing == HqqPacking.BYTES) {
                y[(int) (at + share + w * shares())] =
                        kernels.numbers().bytes(codes, word, middle, one, count, scaled) - offset;
            } else {
                kernels.numbers().nibblePair(codes, word, one, one, count, scaled, two);
                y[(int) (at + share + w * shares())] = two[0] - offset;
                y[(int) (at + share + (w + words) * shares())] = two[1] - offset;
            }
        }
    }

    /** A code near all zero points. */
    private static int middle(float[] zeros) {
        double sum = 0;
        for (float zero : zeros) {
            sum += zero;
        }
        return (int) Math.clamp(Math.round(sum / zeros.length), 0, 255);
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
