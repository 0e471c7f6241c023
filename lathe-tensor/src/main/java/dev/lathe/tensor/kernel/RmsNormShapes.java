package dev.lathe.tensor.kernel;

import java.lang.foreign.MemorySegment;

/** What both forms of {@link RmsNormKernel} have to agree on. */
final class RmsNormShapes {
    /** Partial sums of the weight's gradient that are kept at a time. */
    static final int MOST_PARTS = 64;

    private RmsNormShapes() {}

    static void check(Matrix x, Matrix weight, Matrix y, MemorySegment rstd) {
        y.requireShapeOf(x);
        if (weight.rows() != 1 || weight.columns() != x.columns()) {
            throw new IllegalArgumentException("the weight is one row of " + x.columns());
        }
        Floats.require(rstd, x.rows());
    }

    static void check(Matrix dy, Matrix x, Matrix weight, MemorySegment rstd, Matrix dx) {
        dy.requireShapeOf(x);
        check(x, weight, dx, rstd);
    }

    /** to[i] += each of {@code sums}' i, first to last. */
    static void addInOrder(float[][] sums, int count, MemorySegment to) {
        for (int i = 0; i < count; i++) {
            float sum = Floats.get(to, i);
            for (float[] part : sums) {
                sum += part[i];
            }
            Floats.set(to, i, sum);
        }
    }
}
