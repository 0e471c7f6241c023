package dev.lathe.tensor.kernel;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lathe.tensor.Scope;
import dev.lathe.tensor.Tensor;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class RowProductKernelTest {
    /** Rows of x, in, out. */
    private static final List<int[]> SHAPES = List.of(
            new int[] {1, 1, 1},
            new int[] {1, 31, 3},
            new int[] {1, 32, 4},
            new int[] {1, 576, 65},
            new int[] {2, 33, 5},
            new int[] {3, 100, 130},
            new int[] {4, 64, 7},
            new int[] {5, 70, 2},
            new int[] {8, 576, 99},
            new int[] {9, 1030, 41},
            new int[] {0, 16, 4},
            new int[] {1, 16, 0});

    static Stream<Arguments> cases() {
        return SHAPES.stream().flatMap(shape -> Stream.of(Element.values())
                .flatMap(x -> Stream.of(Element.values()).flatMap(w -> Stream.of(false, true)
                        .map(awkward -> Arguments.of(shape[0], shape[1], shape[2], x, w, awkward)))));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void multiplies(int rows, int in, int out, Element element, Element weights, boolean awkward) {
        try (Workers workers = new Workers(awkward ? 3 : 1);
                Scope scope = Scope.open()) {
            Cases cases = new Cases(rows * 1009 + in, awkward);
            Matrix x = cases.random(element, rows, in);
            Matrix weight = cases.random(weights, out, in);
            Matrix vector = cases.empty(element, rows, out);
            Matrix scalar = cases.empty(element, rows, out);
            VectorKernels.make(workers).rowProduct().multiply(x, weight, vector);
            Kernels.scalar(workers).rowProduct().multiply(x, weight, scalar);
            Cases.assertClose(vector, scalar, 1e-6 * in);
            Cases.assertGapsUntouched(vector);
            if (rows > 0 && out > 0) {
                Tensor wide = Cases.tensor(x).to(dev.lathe.tensor.DType.F32);
                Tensor product = wide.matmul(
                        Cases.tensor(weight).to(dev.lathe.tensor.DType.F32).transpose(0, 1));
                Cases.assertClose(scalar, product.to(Cases.dtype(element)), 1e-6 * in);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void aRowDoesNotKnowOfOthers(int rows, int in, int out, Element element, Element weights, boolean awkward) {
        try (Workers workers = new Workers(2)) {
            Cases cases = new Cases(rows * 1013 + in, awkward);
            Matrix x = cases.random(element, rows, in);
            Matrix weight = cases.random(weights, out, in);
            Matrix together = cases.empty(element, rows, out);
            Matrix alone = cases.empty(element, rows, out);
            RowProductKernel kernel = VectorKernels.make(workers).rowProduct();
            kernel.multiply(x, weight, together);
            for (long row = 0; row < rows; row++) {
                kernel.multiply(row(x, row), weight, row(alone, row));
            }
            Cases.assertEqual(alone, together);
        }
    }

    private static Matrix row(Matrix matrix, long row) {
        return new Matrix(
                matrix.data().asSlice(matrix.offset(row, 0)), matrix.element(), 1, matrix.columns(), matrix.columns());
    }

    @Test
    void refusesWhatDoesNotFit() {
        try (Workers workers = new Workers(1)) {
            Cases cases = new Cases(1, false);
            Matrix x = cases.random(Element.F32, 2, 8);
            Matrix weight = cases.random(Element.F32, 3, 9);
            Matrix y = cases.empty(Element.F32, 2, 3);
            assertThatThrownBy(() -> VectorKernels.make(workers).rowProduct().multiply(x, weight, y))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("2 x 8 times (3 x 9)");
        }
    }
}
