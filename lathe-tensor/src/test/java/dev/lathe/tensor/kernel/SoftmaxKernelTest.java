package dev.lathe.tensor.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lathe.tensor.DType;
import dev.lathe.tensor.Scope;
import dev.lathe.tensor.Tensor;
import dev.lathe.tensor.Tensors;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Vectors against scalars, scalars against a mask and libtorch's functions. */
class SoftmaxKernelTest {
    @ParameterizedTest
    @MethodSource("dev.lathe.tensor.kernel.Shapes#all")
    void vectorsEqualScalars(Shapes.Case shape) {
        vectorsEqualScalars(shape, new CausalRows(Math.max(1, shape.rows() / 2), shape.columns() / 3));
    }

    /** Every number of seen keys, from one to more than there are. */
    @ParameterizedTest
    @CsvSource({"16,0", "48,0", "192,0", "192,150"})
    void rowsThatFillVectors(int keys, int offset) {
        for (boolean awkward : new boolean[] {false, true}) {
            vectorsEqualScalars(
                    new Shapes.Case(2 * keys, keys, Element.BF16, awkward, 2), new CausalRows(keys, offset));
        }
    }

    private static void vectorsEqualScalars(Shapes.Case shape, CausalRows causal) {
        try (Workers workers = new Workers(shape.threads())) {
            SoftmaxKernel vector = VectorKernels.make(workers).softmax();
            SoftmaxKernel scalar = Kernels.scalar(workers).softmax();
            Cases cases = shape.cases();
            long n = shape.rows();
            Matrix scores = cases.random(shape.element(), n, shape.columns());
            Matrix dp = cases.random(shape.element(), n, shape.columns());
            MemorySegment lse = cases.floats(n);
            MemorySegment expectedLse = cases.floats(n);
            Matrix p = cases.empty(shape.element(), n, shape.columns());
            scalar.forward(scores, causal, 0.7f, p, expectedLse);
            Matrix inPlace = cases.copy(scores);
            vector.forward(inPlace, causal, 0.7f, inPlace, lse);
            Cases.assertClose(inPlace, p, 1e-6);
            Cases.assertClose(lse, expectedLse, n, 1e-6);
            Cases.assertGapsUntouched(inPlace);

            Matrix ds = cases.empty(shape.element(), n, shape.columns());
            scalar.backward(scores, causal, 0.7f, lse, dp, p, ds);
            Matrix pInPlace = cases.copy(scores);
            Matrix dsInPlace = cases.copy(dp);
            vector.backward(pInPlace, causal, 0.7f, lse, dsInPlace, pInPlace, dsInPlace);
            Cases.assertClose(pInPlace, p, 1e-6);
            Cases.assertClose(dsInPlace, ds, 2e-6);
            Cases.assertGapsUntouched(dsInPlace);
        }
    }

    @ParameterizedTest
    @CsvSource({"1,1,1,0", "2,3,3,0", "3,4,9,5", "2,5,70,65", "1,3,4,40"})
    void scalarsEqualLibtorch(int heads, int rows, int keys, int offset) {
        try (Workers workers = new Workers(1);
                Scope scope = Scope.open()) {
            SoftmaxKernel scalar = Kernels.scalar(workers).softmax();
            Cases cases = new Cases(rows, false);
            long n = (long) heads * rows;
            Matrix scores = cases.random(Element.F32, n, keys);
            Matrix dp = cases.random(Element.F32, n, keys);
            MemorySegment lse = cases.floats(n);
            Matrix p = cases.empty(Element.F32, n, keys);
            Matrix ds = cases.empty(Element.F32, n, keys);
            CausalRows causal = new CausalRows(rows, offset);
            scalar.forward(scores, causal, 0.7f, p, lse);

            Tensor masked = Cases.tensor(scores).times(0.7).reshape(heads, rows, keys);
            masked.addInPlace(Tensors.causalMask(DType.F32, rows, keys, offset));
            Tensor expected = masked.softmax(2);
            Cases.assertClose(p, expected, 1e-6);
            Cases.assertClose(lse, masked.logSumExp(2, false).contiguous().data(), n, 1e-6);

            scalar.backward(scores, causal, 0.7f, lse, dp, p, ds);
            Tensor d = Cases.tensor(dp).reshape(heads, rows, keys);
            d = d.minus(expected.times(d).sum(2, true)).times(0.7);
            Cases.assertClose(p, expected, 1e-6);
            Cases.assertClose(ds, expected.times(d), 2e-6);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {20, 32})
    void whatIsNotSeenIsNotRead(int keys) {
        try (Workers workers = new Workers(1)) {
            Cases cases = new Cases(3, false);
            Matrix scores = cases.random(Element.BF16, 4, keys);
            scores.set(0, 17, Float.NaN);
            scores.set(1, 19, Float.POSITIVE_INFINITY);
            scores.set(2, 1, Float.NEGATIVE_INFINITY);
            scores.set(3, 19, Float.NaN);
            CausalRows causal = new CausalRows(4, 16);
            MemorySegment lse = cases.floats(4);
            Matrix p = cases.empty(Element.BF16, 4, keys);
            SoftmaxKernel kernel = Kernels.forHost(workers).softmax();
            kernel.forward(scores, causal, 1, p, lse);
            Matrix again = cases.empty(Element.BF16, 4, keys);
            Matrix ds = cases.empty(Element.BF16, 4, keys);
            kernel.backward(scores, causal, 1, lse, scores, again, ds); // the same places are no numbers in dP
            for (int r = 0; r < 3; r++) {
                double sum = 0;
                for (int c = 0; c < keys; c++) {
                    assertThat(p.get(r, c)).isBetween(0f, 1f);
                    sum += p.get(r, c);
                }
                assertThat(sum).isBetween(0.98, 1.02);
            }
            for (int r = 0; r < 4; r++) {
                for (int c = 17 + r; c < keys; c++) {
                    assertThat(p.get(r, c)).isZero();
                    assertThat(again.get(r, c)).isZero();
                    assertThat(ds.get(r, c)).isZero();
                }
            }
            assertThat(ds.get(0, 0)).isFinite();
            assertThat(ds.get(1, 0)).isFinite();
            assertThat(p.get(2, 1)).isZero();
            assertThat(p.get(3, 0)).isNaN();
        }
    }
}
