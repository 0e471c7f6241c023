package dev.lathe.model;

import dev.lathe.tensor.DType;
import dev.lathe.tensor.Tensor;

/** How a linear layer's matrix is stored, and how to multiply by it without ever asking what it is. */
public interface Weight {
    /** y = x Wᵀ. x: [tokens, in]; y: [tokens, out], in x's dtype. */
    Tensor times(Tensor x);

    /** dx = dy W. dy: [tokens, out]; dx: [tokens, in]. The matrix is frozen, so this is its whole gradient. */
    Tensor timesTransposed(Tensor dy);

    /** The matrix itself, [out, in]. For merging, exporting and tests: not for the hot path. */
    Tensor dequantize(DType dtype);

    long out();

    long in();
}
