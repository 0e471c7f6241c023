package dev.lathe.tensor.kernel;

/**
 * Gated activation of Llama's MLP, y = silu(gate) ∘ up with silu(x) = x / (1 + e^-x) (Shazeer 2020, arXiv:2002.05202),
 * on the result of one product with both matrices: the left half of {@code gateUp} is gate, the right half is up.
 *
 * <p>Rounded to the element type where libtorch's sequence of operations rounds, everything between in float32: silu,
 * then y; backward dy ∘ up, then dGate; and silu again, then dUp.
 */
public interface SwiGluKernel {
    /**
     * @param gateUp [rows, 2 · intermediate]
     * @param y [rows, intermediate]
     */
    void forward(Matrix gateUp, Matrix y);

    /**
     * @param dy [rows, intermediate]
     * @param gateUp [rows, 2 · intermediate]
     * @param dGateUp [rows, 2 · intermediate]; may be {@code gateUp}
     */
    void backward(Matrix dy, Matrix gateUp, Matrix dGateUp);

    /** @throws IllegalArgumentException when {@code gateUp} is not as high as, and twice as wide as, {@code y} */
    static void requireShapes(Matrix gateUp, Matrix y) {
        if (gateUp.rows() != y.rows() || gateUp.columns() != 2 * y.columns()) {
            throw new IllegalArgumentException("gate and up are " + gateUp.rows() + " x " + gateUp.columns()
                    + ", their product " + y.rows() + " x " + y.columns());
        }
    }
}
