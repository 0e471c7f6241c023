package dev.lathe.model;

import dev.lathe.tensor.Matrices;
import dev.lathe.tensor.NormKind;
import dev.lathe.tensor.kernel.Kernels;
import dev.lathe.tensor.kernel.Matrix;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/**
 * A norm for the few rows of {@link RowDecoder}.
 *
 * @param weight [1, size]
 * @param scales F32, where the kernel leaves what a row was multiplied by: a number for each row
 */
record RowNorm(Kernels kernels, Matrix weight, float epsilon, MemorySegment scales) {
    /** Empty for norms without a kernel. */
    static Optional<RowNorm> of(NormLayer norm, RowMemory memory) {
        return norm.kind() == NormKind.RMS && norm.bias().isEmpty()
                ? Optional.of(of(Matrices.ofVector(norm.weight().value()), norm.epsilon(), memory))
                : Optional.empty();
    }

    /** @param weight [1, size] */
    static RowNorm of(Matrix weight, double epsilon, RowMemory memory) {
        return new RowNorm(memory.kernels(), weight, (float) epsilon, memory.scales());
    }

    /** y may be x. */
    void apply(Matrix x, Matrix y) {
        kernels.rmsNorm().forward(x, weight, epsilon, y, scales);
    }

    /** x += branch; y is the norm of that. */
    void ofSum(Matrix x, Matrix branch, Matrix y) {
        kernels.rmsNorm().forward(x, branch, weight, epsilon, x, y, scales);
    }
}
