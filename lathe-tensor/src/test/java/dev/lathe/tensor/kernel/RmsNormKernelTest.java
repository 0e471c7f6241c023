package dev.lathe.tensor.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lathe.tensor.DType;
import dev.lathe.tensor.Operand;
import dev.lathe.tensor.RmsNorm;
import dev.lathe.tensor.Scope;
import dev.lathe.tensor.Tape;
import dev.lathe.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Vectors against scalars, scalars against the operation on libtorch. */
class RmsNormKernelTest {
    private static final float EPSILON = 1e-5f;

    @ParameterizedTest
    @MethodSource("dev.lathe.tensor.kernel.Shapes#all")
    void vectorsEqualScalars(Shapes.Case shape) {
        try (Workers workers = new Workers(shape.threads())) {
            RmsNormKernel vector = VectorKernels.make(workers).rmsNorm();
            RmsNormKernel scalar = Kernels.scalar(workers).rmsNorm();
            Cases cases = shape.cases();
            Matrix x = cases.random(shape.element(), shape.rows(), shape.columns());
            Matrix branch = cases.random(shape.element(), shape.rows(), shape.columns());
            Matrix weight = cases.random(shape.element(), 1, shape.columns());
            Matrix dy = cases.random(shape.element(), shape.rows(), shape.columns());
            Run a = new Run(cases, shape);
            Run b = new Run(cases, shape);
            for (Optional<Matrix> addend : List.of(Optional.<Matrix>empty(), Optional.of(branch))) {
                a.run(vector, x, branch, weight, dy, addend, shape.columns());
                b.run(scalar, x, branch, weight, dy, addend, shape.columns());
                a.assertClose(b);
            }
        }
    }

    /** Everything that the kernel's three methods write. */
    private record Run(Matrix y, Matrix sum, Matrix ySum, Matrix dx, MemorySegment rstd, MemorySegment dWeight) {
        Run(Cases cases, Shapes.Case shape) {
            this(
                    cases.empty(shape.element(), shape.rows(), shape.columns()),
                    cases.empty(shape.element(), shape.rows(), shape.columns()),
                    cases.empty(shape.element(), shape.rows(), shape.columns()),
                    cases.empty(shape.element(), shape.rows(), shape.columns()),
                    cases.floats(shape.rows()),
                    cases.floats(shape.columns()));
        }

        void run(
                RmsNormKernel kernel,
                Matrix x,
                Matrix branch,
                Matrix weight,
                Matrix dy,
                Optional<Matrix> addend,
                long columns) {
            kernel.forward(x, branch, weight, EPSILON, sum, ySum, rstd);
            kernel.forward(x, weight, EPSILON, y, rstd);
            dWeight.asSlice(0, columns * Float.BYTES).fill((byte) 0);
            kernel.backward(dy, x, weight, rstd, addend, dx, dWeight);
        }

        void assertClose(Run other) {
            for (Matrix written : new Matrix[] {y, sum, ySum, dx}) {
                Cases.assertGapsUntouched(written);
            }
            Cases.assertClose(y, other.y, 2e-5);
            Cases.assertClose(sum, other.sum, 0);
            Cases.assertClose(ySum, other.ySum, 2e-5);
            Cases.assertClose(dx, other.dx, 2e-4);
            Cases.assertClose(rstd, other.rstd, y.rows(), 1e-5);
            Cases.assertClose(dWeight, other.dWeight, y.columns(), 2e-4);
        }
    }

    @ParameterizedTest
    @MethodSource("dev.lathe.tensor.kernel.Shapes#dense")
    void scalarsEqualLibtorch(Shapes.Case shape) {
        try (Workers workers = new Workers(1);
                Scope scope = Scope.open()) {
            RmsNormKernel scalar = Kernels.scalar(workers).rmsNorm();
            Cases cases = shape.cases();
            Matrix x = cases.random(shape.element(), shape.rows(), shape.columns());
            Matrix weight = cases.random(shape.element(), 1, shape.columns());
            Matrix dy = cases.random(shape.element(), shape.rows(), shape.columns());
            Matrix y = cases.empty(shape.element(), shape.rows(), shape.columns());
            Matrix dx = cases.empty(shape.element(), shape.rows(), shape.columns());
            MemorySegment rstd = cases.floats(shape.rows());
            scalar.forward(x, weight, EPSILON, y, rstd);
            scalar.backward(dy, x, weight, rstd, Optional.empty(), dx);

            Tape tape = Tape.recording();
            Tensor in = Cases.tensor(x).to(DType.F64); // for which the operation has no kernel
            tape.watch(in);
            Tensor scale = Cases.tensor(weight).to(DType.F64).reshape(shape.columns());
            Tensor out = new RmsNorm(EPSILON).apply(tape, in, Operand.fixed(scale));
            tape.backward(out, Cases.tensor(dy).to(DType.F64));
            Cases.assertClose(y, out.to(DType.F32), 2e-5);
            Cases.assertClose(dx, tape.gradient(in).orElseThrow().to(DType.F32), 2e-4);
        }
    }

    @ParameterizedTest
    @CsvSource({"F32, 40", "BF16, 40", "BF16, 64"})
    void sumsDoNotDependOnThreads(Element element, int columns) {
        Cases cases = new Cases(7, false);
        Matrix x = cases.random(element, 4000, columns);
        Matrix weight = cases.random(element, 1, columns);
        byte[] once = gradient(cases, x, weight, 1);
        assertThat(gradient(cases, x, weight, 2)).isEqualTo(once);
        assertThat(gradient(cases, x, weight, 5)).isEqualTo(once);
    }

    private static byte[] gradient(Cases cases, Matrix x, Matrix weight, int threads) {
        try (Workers workers = new Workers(threads)) {
            RmsNormKernel kernel = Kernels.forHost(workers).rmsNorm();
            Matrix y = cases.empty(x.element(), x.rows(), x.columns());
            MemorySegment rstd = cases.floats(x.rows());
            MemorySegment dWeight = cases.floats(x.columns()).fill((byte) 0);
            kernel.forward(x, weight, EPSILON, y, rstd);
            kernel.backward(x, x, weight, rstd, Optional.of(x), y, dWeight);
            return dWeight.toArray(java.lang.foreign.ValueLayout.JAVA_BYTE);
        }
    }

    @Test
    void notANumberStaysInItsRow() {
        try (Workers workers = new Workers(1)) {
            Cases cases = new Cases(8, false);
            Matrix x = cases.random(Element.BF16, 3, 37);
            x.set(1, 35, Float.NaN);
            Matrix y = cases.empty(Element.BF16, 3, 37);
            Kernels.forHost(workers)
                    .rmsNorm()
                    .forward(x, cases.random(Element.BF16, 1, 37), EPSILON, y, cases.floats(3));
            for (int c = 0; c < 37; c++) {
                assertThat(y.get(0, c)).isFinite();
                assertThat(y.get(1, c)).isNaN();
                assertThat(y.get(2, c)).isFinite();
            }
        }
    }
}
