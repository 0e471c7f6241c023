package dev.lathe.tensor.kernel;

import java.lang.foreign.MemorySegment;
import java.util.Optional;

/**
 * y = w ∘ x / sqrt(mean(x²) + ε) by rows (Zhang and Sennrich 2019, arXiv:1910.07467). Sums are float32; x / sqrt(…) is
 * rounded to x's type before it is multiplied by w, as in transformers' Llama. All matrices of a call are of one shape;
 * {@code weight} is a single row.
 */
public interface RmsNormKernel {
    /**
     * @param y may be {@code x}
     * @param rstd F32 [rows], written: 1 / sqrt(mean(x²) + ε)
     */
    void forward(Matrix x, Matrix weight, float epsilon, Matrix y, MemorySegment rstd);

    /**
     * sum = x + branch, rounded to its type; y = norm(sum).
     *
     * @param sum may be {@code x} or {@code branch}
     */
    void forward(Matrix x, Matrix branch, Matrix weight, float epsilon, Matrix sum, Matrix y, MemorySegment rstd);

    /**
     * dx = addend + the gradient.
     *
     * @param addend what x's other uses give, of x's shape; may be {@code dx}, and so may {@code dy}
     */
    void backward(Matrix dy, Matrix x, Matrix weight, MemorySegment rstd, Optional<Matrix> addend, Matrix dx);

    /**
     * As above, and adds the weight's gradient to {@code dWeight}, F32 [columns]: float32 sums over groups of rows that the
     * shape decides, added in order.
     */
    void backward(
            Matrix dy,
            Matrix x,
            Matrix weight,
            MemorySegment rstd,
            Optional<Matrix> addend,
            Matrix dx,
            MemorySegment dWeight);
}
