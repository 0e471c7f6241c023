package dev.lathe.tensor.kernel;

/**
 * Rotary position embedding in place (Su et al. 2021, arXiv:2104.09864), the two halves of a head's rotated dimensions as
 * the pair. Rounded where libtorch's sequence of operations rounds: the tables to x's type, then first ∘ cos, then the
 * sum.
 */
public interface RopeKernel {
    /**
     * Rotates the first {@code 2 · columns(cos)} dimensions of every head and leaves the rest.
     *
     * @param x [rows, heads · headDim], usually a {@linkplain Matrix#slice slice}: q, k or both beside v
     * @param cos F32 [rows, rotated / 2]
     * @param sin the same
     * @param direction 1, or -1 for the rotation back, which is the gradient
     */
    void rotate(Matrix x, Matrix cos, Matrix sin, int headDim, int direction);

    /** @throws IllegalArgumentException when the arguments of {@link #rotate} do not go together */
    static void requireShapes(Matrix x, Matrix cos, Matrix sin, int headDim, int direction) {
        sin.requireShapeOf(cos);
        if (cos.rows() != x.rows() || headDim < 1 || x.columns() % headDim != 0 || 2 * cos.columns() > headDim) {
            throw new IllegalArgumentException("tables of " + cos.rows() + " x " + cos.columns() + " for " + x.rows()
                    + " x " + x.columns() + " with heads of " + headDim);
        }
        if (direction != 1 && direction != -1) {
            throw new IllegalArgumentException("the direction is 1 or -1, not " + direction);
        }
    }
}
