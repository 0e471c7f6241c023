package dev.lathe.tensor.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lathe.tensor.DType;
import dev.lathe.tensor.Matrices;
import dev.lathe.tensor.Scope;
import dev.lathe.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SumKernelTest {
    @ParameterizedTest
    @MethodSource("dev.lathe.tensor.kernel.Shapes#all")
    void addsAsLibtorchDoes(Shapes.Case shape) {
        try (Workers workers = new Workers(shape.threads());
                Scope scope = Scope.open()) {
            Cases cases = shape.cases();
            Matrix vector = cases.random(Element.F32, shape.rows(), shape.columns());
            Matrix scalar = cases.copy(vector);
            Matrix addend = cases.random(shape.element(), shape.rows(), shape.columns());
            Tensor expected =
                    Cases.tensor(vector).addInPlace(Cases.tensor(addend).to(DType.F32));
            VectorKernels.make(workers).sum().add(vector, addend);
            Kernels.scalar(workers).sum().add(scalar, addend);
            Cases.assertEqual(vector, scalar);
            Cases.assertEqual(scalar, Matrices.of(expected));
            Cases.assertGapsUntouched(vector);
        }
    }

    @ParameterizedTest
    @MethodSource("dev.lathe.tensor.kernel.Shapes#all")
    void addsTwoOfOneType(Shapes.Case shape) {
        try (Workers workers = new Workers(shape.threads());
                Scope scope = Scope.open()) {
            Cases cases = shape.cases();
            Matrix a = cases.random(shape.element(), shape.rows(), shape.columns());
            Matrix b = cases.random(shape.element(), shape.rows(), shape.columns());
            Matrix scalar = cases.empty(shape.element(), shape.rows(), shape.columns());
            Tensor expected = Cases.tensor(a).plus(Cases.tensor(b));
            Kernels.scalar(workers).sum().add(a, b, scalar);
            VectorKernels.make(workers).sum().add(a, b, a);
            Cases.assertEqual(a, scalar);
            Cases.assertEqual(scalar, Matrices.of(expected));
            Cases.assertGapsUntouched(a);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 31, 33, 4_096, 4_097, 100_003})
    void squares(int count) {
        try (Workers workers = new Workers(2)) {
            MemorySegment floats = new Cases(count, true).floats(count).asSlice(0, 4L * count);
            double truth = 0;
            for (int i = 0; i < count; i++) {
                truth += (double) Floats.get(floats, i) * Floats.get(floats, i);
            }
            assertThat(Kernels.scalar(workers).sum().squares(floats)).isCloseTo(truth, within(1e-12 * truth));
            assertThat(VectorKernels.make(workers).sum().squares(floats)).isCloseTo(truth, within(1e-6 * truth));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 31, 33, 4_096, 4_097, 100_003})
    void narrowSquaresAreThoseOfTheSameNumbersInF32(int count) {
        try (Workers workers = new Workers(2)) {
            Matrix narrow = new Cases(count, true).random(Element.BF16, 1, count);
            MemorySegment wide = new Cases(count, true).floats(count).asSlice(0, 4L * count);
            for (int i = 0; i < count; i++) {
                Floats.set(wide, i, narrow.get(0, i));
            }
            MemorySegment numbers = narrow.data().asSlice(0, 2L * count);
            for (Kernels kernels : List.of(Kernels.scalar(workers), VectorKernels.make(workers))) {
                assertThat(kernels.sum().narrowSquares(numbers))
                        .isEqualTo(kernels.sum().squares(wide));
            }
        }
    }

    @Test
    void squaresDoNotDependOnThreads() {
        MemorySegment floats = new Cases(5, false).floats(300_000);
        try (Workers one = new Workers(1);
                Workers three = new Workers(3)) {
            assertThat(VectorKernels.make(three).sum().squares(floats))
                    .isEqualTo(VectorKernels.make(one).sum().squares(floats));
            assertThat(Kernels.scalar(three).sum().squares(floats))
                    .isEqualTo(Kernels.scalar(one).sum().squares(floats));
        }
    }
}
