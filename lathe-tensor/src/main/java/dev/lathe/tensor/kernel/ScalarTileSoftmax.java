package dev.lathe.tensor.kernel;

import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/** {@link TileSoftmaxKernel} in plain Java; uses the first part of a row. */
record ScalarTileSoftmax() implements TileSoftmaxKernel {
    private static final ValueLayout.OfShort BF16 = ValueLayout.JAVA_SHORT_UNALIGNED;
    private static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT_UNALIGNED;
    private static final float LEAST = -126;

    /** How many keys a row sees. */
    private static int seen(boolean diagonal, int row) {
        return diagonal ? row + 1 : SIDE;
    }

    @Override
    public void most(long scores, boolean diagonal, int rows, float[] most) {
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < seen(diagonal, r); c++) {
                float score = get(scores, r * SIDE + c);
                most[r * PARTS] = score > most[r * PARTS] ? score : most[r * PARTS];
            }
        }
    }

    @Override
    public void most(float[] parts, int rows, float[] most) {
        for (int r = 0; r < rows; r++) {
            most[r] = parts[r * PARTS];
        }
    }

    @Override
    public void exps(
            long scores, boolean diagonal, int rows, float factor, float[] shift, long p, long stride, float[] sums) {
        for (int r = 0; r < rows; r++) {
            for (int c = 0; c < SIDE; c++) {
                boolean seen = c < seen(diagonal, r);
                float e = seen ? power(Math.fma(get(scores, r * SIDE + c), factor, shift[r])) : 0;
                set(p, r * stride + c, e);
                sums[r * PARTS] += e;
            }
        }
    }

    @Override
    public void sum(float[] parts, int rows, float[] inverses, float[] logs) {
        for (int r = 0; r < rows; r++) {
            inverses[r] = 1 / parts[r * PARTS];
            logs[r] = (float) (Math.log(parts[r * PARTS]) / Math.log(2));
        }
    }

    @Override
    public void put(long sums, long stride, float[] factors, Matrix out) {
        put(sums, stride, factors, out, 0);
    }

    /** From a column on. */
    static void put(long sums, long stride, float[] factors, Matrix out, int column) {
        for (int r = 0; r < out.rows(); r++) {
            for (int c = column; c < out.columns(); c++) {
                out.set(r, c, get(sums, r * stride + c) * factors[r]);
            }
        }
    }

    @Override
    public void dots(Matrix a, Matrix b, float[] dots) {
        Arrays.fill(dots, 0, (int) a.rows(), 0);
        addDots(a, b, dots, 0);
    }

    /** From a column on. */
    static void addDots(Matrix a, Matrix b, float[] dots, int column) {
        for (int r = 0; r < a.rows(); r++) {
            for (int c = column; c < a.columns(); c++) {
                dots[r] = Math.fma(a.get(r, c), b.get(r, c), dots[r]);
            }
        }
    }

    @Override
    public void gradients(
            long scores,
            long dp,
            boolean diagonal,
            int rows,
            float factor,
            float[] shift,
            float[] along,
            long p,
            long ds,
            long dsRows,
            long stride) {
        for (int r = 0; r < SIDE; r++) {
            for (int c = 0; c < SIDE; c++) {
                int at = r * SIDE + c;
                boolean seen = r < rows && c < seen(diagonal, r);
                float e = seen ? power(Math.fma(get(scores, at), factor, shift[r])) : 0;
                float gradient = seen ? e * (get(dp, at) - along[r]) : 0;
                int pair = 2 * (r / 2 * SIDE + c) + r % 2;
                set(p, pair, e);
                set(ds, pair, gradient);
                set(dsRows, r * stride + c, gradient);
            }
        }
    }

    private static float power(float exponent) {
        return exponent < LEAST ? 0 : (float) Math.pow(2, exponent);
    }

    private static float get(long numbers, long index) {
        return Addresses.ALL.get(F32, numbers + Float.BYTES * index);
    }

    private static void set(long numbers, long index, float value) {
        Addresses.ALL.set(BF16, numbers + Short.BYTES * index, Bf16.narrow(value));
    }
}
