package dev.lathe.model;

import dev.lathe.tensor.FewRows;
import dev.lathe.tensor.Matrices;
import dev.lathe.tensor.Operand;
import dev.lathe.tensor.Scope;
import dev.lathe.tensor.Tape;
import dev.lathe.tensor.Tensor;
import dev.lathe.tensor.kernel.Kernels;
import dev.lathe.tensor.kernel.Matrix;
import java.util.List;
import java.util.Optional;

/** A linear layer for the few rows of {@link RowDecoder}. */
sealed interface RowLinear {
    /** x: [rows, in]; y: [rows, out]. */
    void apply(Matrix x, Matrix y);

    static RowLinear of(Linear linear, Kernels kernels) {
        if (linear instanceof FrozenLinear(DenseWeight(Tensor matrix), Optional<Operand> bias)
                && Matrices.reads(matrix.dtype())
                && matrix.isContiguous()) {
            return new Dense(kernels, Matrices.of(matrix), bias.map(b -> Matrices.ofVector(b.value())));
        }
        return linear instanceof FrozenLinear(Weight weight, Optional<Operand> bias)
                ? new Frozen(kernels, weight, bias.map(b -> Matrices.ofVector(b.value())))
                : new Any(linear);
    }

    /**
     * A matrix where it lies.
     *
     * @param weight [out, in]
     * @param bias [1, out]
     */
    record Dense(Kernels kernels, Matrix weight, Optional<Matrix> bias) implements RowLinear {
        @Override
        public void apply(Matrix x, Matrix y) {
            FewRows.multiply(kernels, x, weight, y);
            bias.ifPresent(b -> add(kernels, b, y));
        }
    }

    /**
     * Packed or read from a file: as the weight does it.
     *
     * @param bias [1, out]
     */
    record Frozen(Kernels kernels, Weight weight, Optional<Matrix> bias) implements RowLinear {
        @Override
        public void apply(Matrix x, Matrix y) {
            weight.times(x, y);
            bias.ifPresent(b -> add(kernels, b, y));
        }
    }

    private static void add(Kernels kernels, Matrix bias, Matrix y) {
        for (long row = 0; row < y.rows(); row++) {
            Matrix one = y.row(row);
            kernels.sum().add(one, bias, one);
        }
    }

    /** Adapted: by the layer's own operations. */
    record Any(Linear linear) implements RowLinear {
        private static final Pass ALONE =
                new CachedPass(Tape.off(), new Positions(new int[0], List.of(), List.of()), List.of());

        @Override
        public void apply(Matrix x, Matrix y) {
            try (Scope scope = Scope.open()) {
                Matrices.view(y).copyFrom(linear.apply(ALONE, Matrices.view(x)));
            }
        }
    }
}
