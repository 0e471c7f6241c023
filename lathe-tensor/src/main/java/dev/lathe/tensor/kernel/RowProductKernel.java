package dev.lathe.tensor.kernel;

/**
 * y = x Wᵀ for a few rows of x: what a token of one text, or of a handful of them, needs. W is read from memory once, and
 * nothing else is worth counting: on two Sapphire Rapids cores one row takes as long as reading W does.
 *
 * <p>Sums are float32 and rounded once to y's type. Each row's result is the same whatever other rows there are.
 */
public interface RowProductKernel {
    /**
     * @param x [rows, in]
     * @param weight [out, in]; BF16 or F32, whatever the others are
     * @param y [rows, out]
     */
    void multiply(Matrix x, Matrix weight, Matrix y);

    /** @throws IllegalArgumentException when the arguments of {@link #multiply} do not go together */
    static void requireShapes(Matrix x, Matrix weight, Matrix y) {
        if (x.columns() != weight.columns() || y.rows() != x.rows() || y.columns() != weight.rows()) {
            throw new IllegalArgumentException("no product: %d x %d times (%d x %d) transposed is not %d x %d"
                    .formatted(x.rows(), x.columns(), weight.rows(), weight.columns(), y.rows(), y.columns()));
        }
    }
}
