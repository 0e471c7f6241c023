package dev.lathe.quant;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * Signed bytes with a scale a row: q · scale. LLM.int8 and EETQ store it, with different scales.
 *
 * @param codes [out, in]
 * @param scales [out]: what a 1 is worth
 */
record Int8Matrix(MemorySegment codes, Numbers scales, long out, long in) implements PackedMatrix {
    /** The codes as numbers: a 1 is worth 1. */
    Int8Matrix unscaled() {
        float[] ones = new float[Math.toIntExact(out)];
        Arrays.fill(ones, 1);
        return new Int8Matrix(codes, Numbers.of(ones), out, in);
    }

    int code(long row, long column) {
        return codes.get(ValueLayout.JAVA_BYTE, row * in + column);
    }

    @Override
    public void row(long row, float[] to) {
        float scale = scales.get(row);
        byte[] bytes = new byte[(int) in];
        MemorySegment.copy(codes, ValueLayout.JAVA_BYTE, row * in, bytes, 0, bytes.length);
        for (int i = 0; i < bytes.length; i++) {
            to[i] = bytes[i] * scale;
        }
    }

    @Override
    public void dots(PackedKernels kernels, long first, long last, Vectors x, float[][] y, int at) {
        float[] scale = new float[1];
        for (long r = first; r < last; r++) {
            scale[0] = scales.get(r);
            for (int v = 0; v < y.length; v++) {
                y[v][(int) (at + r)] = kernels.numbers().signedBytes(codes, r * in, scale, (int) in, x.all()[v]);
            }
        }
    }

    @Override
    public long bytes() {
        return codes.byteSize() + scales.data().byteSize();
    }
}
