package dev.lathe.tensor.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lathe.tensor.DType;
import dev.lathe.tensor.Scope;
import dev.lathe.tensor.SwiGlu;
import dev.lathe.tensor.Tape;
import dev.lathe.tensor.Tensor;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Vectors against scalars, scalars against the operation on libtorch. */
class SwiGluKernelTest {
    @ParameterizedTest
    @MethodSource("dev.lathe.tensor.kernel.Shapes#all")
    void vectorsEqualScalars(Shapes.Case shape) {
        try (Workers workers = new Workers(shape.threads())) {
            Cases cases = shape.cases();
            Matrix gateUp = cases.random(shape.element(), shape.rows(), 2 * shape.columns());
            Matrix dy = cases.random(shape.element(), shape.rows(), shape.columns());
            Matrix y = cases.empty(shape.element(), shape.rows(), shape.columns());
            Matrix expected = cases.copy(y);
            Kernels.scalar(workers).swiGlu().forward(gateUp, expected);
            VectorKernels.make(workers).swiGlu().forward(gateUp, y);
            Cases.assertClose(y, expected, 2e-6);
            Cases.assertGapsUntouched(y);

            Matrix inPlace = cases.copy(gateUp);
            Matrix dGateUp = cases.empty(shape.element(), shape.rows(), 2 * shape.columns());
            Kernels.scalar(workers).swiGlu().backward(dy, gateUp, dGateUp);
            VectorKernels.make(workers).swiGlu().backward(dy, inPlace, inPlace);
            Cases.assertClose(inPlace, dGateUp, 2e-6);
            Cases.assertGapsUntouched(inPlace);
        }
    }

    @ParameterizedTest
    @MethodSource("dev.lathe.tensor.kernel.Shapes#dense")
    void scalarsEqualLibtorch(Shapes.Case shape) {
        try (Workers workers = new Workers(1);
                Scope scope = Scope.open()) {
            Cases cases = shape.cases();
            Matrix gateUp = cases.random(shape.element(), shape.rows(), 2 * shape.columns());
            Matrix dy = cases.random(shape.element(), shape.rows(), shape.columns());
            Matrix y = cases.empty(shape.element(), shape.rows(), shape.columns());
            Matrix dGateUp = cases.copy(gateUp);
            Kernels.scalar(workers).swiGlu().forward(gateUp, y);
            Kernels.scalar(workers).swiGlu().backward(dy, dGateUp, dGateUp);

            Tape tape = Tape.recording();
            Tensor in = Cases.tensor(gateUp).to(DType.F64); // for which the operation has no kernel
            tape.watch(in);
            Tensor out = new SwiGlu().apply(tape, in);
            tape.backward(out, Cases.tensor(dy).to(DType.F64));
            double rounding = shape.element() == Element.BF16 ? 0.02 : 2e-6; // where silu' is almost 0, so is the sum
            Cases.assertClose(y, out.to(DType.F32), 2e-6);
            Cases.assertClose(dGateUp, tape.gradient(in).orElseThrow().to(DType.F32), rounding);
        }
    }

    @ParameterizedTest
    @EnumSource(Element.class)
    void farFromZero(Element element) {
        try (Workers workers = new Workers(1)) {
            float[] gates = {-1e30f, -100, -88.5f, -1e-38f, 0, 1e-38f, 100, 3e38f, Float.NaN};
            int columns = 4 * gates.length; // more than a vector, and a rest
            Matrix gateUp = new Cases(1, false).empty(element, 1, 2L * columns);
            for (int i = 0; i < columns; i++) {
                gateUp.set(0, i, gates[i % gates.length]);
                gateUp.set(0, columns + i, 1);
            }
            Matrix y = new Cases(1, false).empty(element, 1, columns);
            Matrix dGateUp = new Cases(1, false).empty(element, 1, 2L * columns);
            Kernels.forHost(workers).swiGlu().forward(gateUp, y);
            Kernels.forHost(workers).swiGlu().backward(gateUp.slice(columns, columns), gateUp, dGateUp); // dy = 1
            for (int i = 0; i < columns; i++) {
                float gate = gateUp.get(0, i);
                float expected = gate < -80 ? 0 : gate > 80 ? gate : gate / 2;
                if (Float.isNaN(gate)) {
                    assertThat(y.get(0, i)).isNaN();
                    assertThat(dGateUp.get(0, i)).isNaN();
                } else {
                    assertThat(Math.abs(y.get(0, i) - expected)).isLessThan(1e-30f);
                    assertThat(dGateUp.get(0, columns + i)).isEqualTo(y.get(0, i));
                    assertThat(Math.abs(dGateUp.get(0, i) - (gate < -80 ? 0 : gate > 80 ? 1 : 0.5f)))
                            .isLessThan(1e-30f);
                }
            }
        }
    }
}
