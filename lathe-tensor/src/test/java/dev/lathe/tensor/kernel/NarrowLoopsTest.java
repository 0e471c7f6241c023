package dev.lathe.tensor.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Loops over BF16 alone write the bits of the loops over arrays. Kernels take these where what they write is F32; rounded
 * afterwards, it has to be the same.
 */
class NarrowLoopsTest {
    private static final float EPSILON = 1e-5f;

    static Stream<Shapes.Case> rows() {
        return IntStream.of(16, 48, 64, 70, 1040).boxed().flatMap(columns -> Stream.of(false, true)
                .map(awkward -> new Shapes.Case(37, columns, Element.BF16, awkward, 1)));
    }

    /** A case and where to write, in both types. */
    private record Written(Cases cases, long rows, long columns) {
        Matrix random(long width) {
            return cases.random(Element.BF16, rows, width);
        }

        Matrix random() {
            return random(columns);
        }

        Matrix narrow(long width) {
            return cases.empty(Element.BF16, rows, width);
        }

        Matrix wide(long width) {
            return cases.empty(Element.F32, rows, width);
        }

        MemorySegment zeros(long count) {
            return cases.floats(count).fill((byte) 0);
        }

        static Written of(Shapes.Case shape) {
            return new Written(shape.cases(), shape.rows(), shape.columns());
        }
    }

    /** @param actual BF16 */
    private static void assertSameBits(Matrix actual, Matrix expected) {
        for (long r = 0; r < actual.rows(); r++) {
            for (long c = 0; c < actual.columns(); c++) {
                assertThat(Float.floatToRawIntBits(actual.get(r, c)))
                        .as("[%d, %d]", r, c)
                        .isEqualTo(Float.floatToRawIntBits(Bf16.round(expected.get(r, c), Element.BF16)));
            }
        }
        Cases.assertGapsUntouched(actual);
    }

    private static void assertSameBits(MemorySegment actual, MemorySegment expected) {
        assertThat(actual.mismatch(expected)).isEqualTo(-1);
    }

    @ParameterizedTest
    @MethodSource("rows")
    void swiGlu(Shapes.Case shape) {
        try (Workers workers = new Workers(1)) {
            Written in = Written.of(shape);
            long columns = shape.columns();
            SwiGluKernel kernel = VectorKernels.make(workers).swiGlu();
            Matrix gateUp = in.random(2 * columns);
            gateUp.set(2, 3, Float.NaN);
            gateUp.set(3, 4, -0f);
            gateUp.set(4, 5, -100);
            Matrix y = in.narrow(columns);
            Matrix yWide = in.wide(columns);
            kernel.forward(gateUp, y);
            kernel.forward(gateUp, yWide);
            assertSameBits(y, yWide);

            Matrix dy = in.random();
            Matrix gradient = in.narrow(2 * columns);
            Matrix gradientWide = in.wide(2 * columns);
            kernel.backward(dy, gateUp, gradient);
            kernel.backward(dy, gateUp, gradientWide);
            assertSameBits(gradient, gradientWide);
        }
    }

    @ParameterizedTest
    @MethodSource("rows")
    void rmsNorm(Shapes.Case shape) {
        try (Workers workers = new Workers(1)) {
            Written in = Written.of(shape);
            long columns = shape.columns();
            RmsNormKernel kernel = VectorKernels.make(workers).rmsNorm();
            Matrix x = in.random();
            Matrix weight = in.cases().random(Element.BF16, 1, columns);
            Matrix y = in.narrow(columns);
            Matrix yWide = in.wide(columns);
            MemorySegment rstd = in.zeros(in.rows());
            MemorySegment rstdWide = in.zeros(in.rows());
            kernel.forward(x, weight, EPSILON, y, rstd);
            kernel.forward(x, weight, EPSILON, yWide, rstdWide);
            assertSameBits(y, yWide);
            assertSameBits(rstd, rstdWide);

            Matrix branch = in.random();
            Matrix sum = in.narrow(columns);
            Matrix sumAgain = in.narrow(columns);
            kernel.forward(x, branch, weight, EPSILON, sum, y, rstd);
            kernel.forward(x, branch, weight, EPSILON, sumAgain, yWide, rstdWide);
            assertSameBits(y, yWide);
            assertSameBits(sum, sumAgain);
            assertSameBits(rstd, rstdWide);

            Matrix dy = in.random();
            dy.clear(5, 0);
            dy.set(5, 6, -0f);
            for (Optional<Matrix> addend : List.of(Optional.<Matrix>empty(), Optional.of(in.random()))) {
                Matrix dx = in.narrow(columns);
                Matrix dxWide = in.wide(columns);
                MemorySegment dWeight = in.zeros(columns);
                MemorySegment dWeightWide = in.zeros(columns);
                kernel.backward(dy, x, weight, rstd, addend, dx, dWeight);
                kernel.backward(dy, x, weight, rstd, addend, dxWide, dWeightWide);
                assertSameBits(dx, dxWide);
                assertSameBits(dWeight, dWeightWide);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("rows")
    void softmax(Shapes.Case shape) {
        try (Workers workers = new Workers(1)) {
            Written in = Written.of(shape);
            long columns = shape.columns();
            CausalRows causal = new CausalRows(shape.rows(), (int) columns / 2);
            SoftmaxKernel kernel = VectorKernels.make(workers).softmax();
            Matrix scores = in.random();
            Matrix p = in.narrow(columns);
            Matrix pWide = in.wide(columns);
            MemorySegment lse = in.zeros(in.rows());
            MemorySegment lseWide = in.zeros(in.rows());
            kernel.forward(scores, causal, 0.7f, p, lse);
            kernel.forward(scores, causal, 0.7f, pWide, lseWide);
            assertSameBits(p, pWide);
            assertSameBits(lse, lseWide);

            Matrix dp = in.random();
            Matrix ds = in.narrow(columns);
            Matrix dsWide = in.wide(columns);
            kernel.backward(scores, causal, 0.7f, lse, dp, p, ds);
            kernel.backward(scores, causal, 0.7f, lse, dp, pWide, dsWide);
            assertSameBits(p, pWide);
            assertSameBits(ds, dsWide);
        }
    }
}
