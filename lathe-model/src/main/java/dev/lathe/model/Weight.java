package dev.lathe.model;

import dev.lathe.tensor.DType;
import dev.lathe.tensor.Matrices;
import dev.lathe.tensor.Scope;
import dev.lathe.tensor.Tensor;
import dev.lathe.tensor.kernel.Matrix;

/** How a linear layer's matrix is stored, and how to multiply by it without ever asking what it is. */
public interface Weight {
    /** y = x Wᵀ. x: [tokens, in]; y: [tokens, out], in x's dtype. */
    Tensor times(Tensor x);

    /** The same for the few rows of generation, written to y. x: [rows, in]; y: [rows, out], in x's type. */
    default void times(Matrix x, Matrix y) {
        try (Scope scope = Scope.open()) {
            Matrices.view(y).copyFrom(times(Matrices.view(x)));
        }
    }

    /** dx = dy W. dy: [tokens, out]; dx: [tokens, in]. The matrix is frozen, so this is its whole gradient. */
    Tensor timesTransposed(Tensor dy);

    /** The matrix itself, [out, in]. For merging, exporting and tests: not for the hot path. */
    Tensor dequantize(DType dtype);

    long out();

    long in();
}
