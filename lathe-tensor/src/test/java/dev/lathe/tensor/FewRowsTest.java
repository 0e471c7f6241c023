package dev.lathe.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lathe.tensor.kernel.Kernels;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Products of few rows are those of libtorch, however many rows there are and however the matrices lie. */
class FewRowsTest {
    static Stream<Arguments> cases() {
        return Stream.of(DType.F32, DType.BF16, DType.F64)
                .flatMap(dtype -> Stream.of(1, 2, 7, 8, 9, 20).map(rows -> Arguments.of(dtype, rows)));
    }

    @BeforeEach
    void start() {
        Torch.start(2);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void matmul(DType dtype, int rows) {
        try (Scope scope = Scope.open()) {
            Tensor x = random(dtype, rows, 75);
            Tensor weight = random(dtype, 130, 75);
            Tensor expected = x.to(DType.F64).matmul(weight.to(DType.F64).transpose(0, 1));
            assertClose(x.matmul(weight.transpose(0, 1)), expected, dtype);
            assertClose(
                    x.matmul(weight.transpose(0, 1).contiguous()), expected, dtype); // not W: nothing to read by rows
            Tensor wideX = random(dtype, rows, 90);
            Tensor wideWeight = random(dtype, 130, 80);
            assertClose(
                    wideX.narrow(1, 5, 75).matmul(wideWeight.narrow(1, 2, 75).transpose(0, 1)),
                    wideX.narrow(1, 5, 75)
                            .contiguous()
                            .to(DType.F64)
                            .matmul(wideWeight
                                    .narrow(1, 2, 75)
                                    .contiguous()
                                    .to(DType.F64)
                                    .transpose(0, 1)),
                    dtype);
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void onMemory(DType dtype, int rows) {
        if (!Matrices.reads(dtype)) {
            return;
        }
        Kernels kernels = FewRows.kernels(dtype).orElseThrow();
        try (Scope scope = Scope.open()) {
            Tensor x = random(dtype, rows, 75);
            Tensor weight = random(dtype, 130, 75);
            Tensor y = Tensors.zeros(dtype, rows, 130);
            FewRows.multiply(kernels, Matrices.of(x), Matrices.of(weight), Matrices.of(y));
            assertClose(y, x.to(DType.F64).matmul(weight.to(DType.F64).transpose(0, 1)), dtype);
        }
    }

    private static void assertClose(Tensor actual, Tensor expected, DType dtype) {
        double tolerance = dtype == DType.BF16 ? 1.0 / 128 : 1e-5;
        double[] is = actual.toDoubles();
        double[] should = expected.toDoubles();
        assertThat(actual.dtype()).isEqualTo(dtype);
        assertThat(is).hasSameSizeAs(should);
        for (int i = 0; i < is.length; i++) {
            assertThat(is[i]).isCloseTo(should[i], within(tolerance * (1 + Math.abs(should[i]))));
        }
    }

    private static Tensor random(DType dtype, long rows, long columns) {
        float[] values = new float[(int) (rows * columns)];
        SplittableRandom random = new SplittableRandom(rows * 31 + columns);
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return Tensors.of(values, rows, columns).to(dtype);
    }
}
