package dev.lathe.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lathe.tensor.DType;
import dev.lathe.tensor.FewRows;
import dev.lathe.tensor.Matrices;
import dev.lathe.tensor.Operand;
import dev.lathe.tensor.Scope;
import dev.lathe.tensor.Tensor;
import dev.lathe.tensor.Tensors;
import dev.lathe.tensor.Torch;
import dev.lathe.tensor.kernel.Kernels;
import java.util.List;
import java.util.Optional;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** However a layer's matrix is stored, generation's rows go through it as all others do. */
class RowLinearTest {
    private static final int IN = 24;
    private static final int OUT = 40;

    /** A weight that only says how it multiplies, like those that are packed or read from a file. */
    private record Closed(DenseWeight inside) implements Weight {
        @Override
        public Tensor times(Tensor x) {
            return inside.times(x);
        }

        @Override
        public Tensor timesTransposed(Tensor dy) {
            return inside.timesTransposed(dy);
        }

        @Override
        public Tensor dequantize(DType dtype) {
            return inside.dequantize(dtype);
        }

        @Override
        public long out() {
            return inside.out();
        }

        @Override
        public long in() {
            return inside.in();
        }
    }

    @Test
    void closedWeightsAddTheirBias() {
        Torch.start(2);
        Optional<Kernels> kernels = FewRows.kernels(DType.F32);
        Assumptions.assumeTrue(kernels.isPresent(), "no vectors on this host");
        try (Scope scope = Scope.open()) {
            DenseWeight dense = new DenseWeight(numbers(OUT, IN));
            Tensor bias = numbers(1, OUT).reshape(OUT);
            for (Optional<Operand> added : List.of(Optional.<Operand>empty(), Optional.of(Operand.fixed(bias)))) {
                Tensor x = numbers(3, IN);
                Tensor open = through(new FrozenLinear(dense, added), kernels.get(), x);
                Tensor closed = through(new FrozenLinear(new Closed(dense), added), kernels.get(), x);
                Tensor expected = x.matmul(dense.dequantize(DType.F32).transpose(0, 1));
                Tensor whole = added.isPresent() ? expected.plus(bias) : expected;
                assertThat(closed.toFloats()).containsExactly(whole.toFloats(), Offset.offset(1e-4f));
                assertThat(open.toFloats()).containsExactly(whole.toFloats(), Offset.offset(1e-4f));
            }
        }
    }

    private static Tensor through(Linear linear, Kernels kernels, Tensor x) {
        Tensor y = Tensors.empty(DType.F32, x.size(0), OUT);
        RowLinear.of(linear, kernels).apply(Matrices.of(x), Matrices.of(y));
        return y;
    }

    private static Tensor numbers(int rows, int columns) {
        float[] numbers = new float[rows * columns];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = (i * 7919 + rows) % 1000 / 500f - 1;
        }
        return Tensors.of(numbers, rows, columns);
    }
}
