package dev.lathe.tensor.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lathe.tensor.DType;
import dev.lathe.tensor.Scope;
import dev.lathe.tensor.Tensor;
import dev.lathe.tensor.Tensors;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Vectors against scalars, scalars against libtorch's functions. */
class CrossEntropyKernelTest {
    private static final float SCALE = 0.25f;

    /** Also rows of several stretches, the last one not full. */
    static Stream<Shapes.Case> shapes() {
        return Stream.concat(
                Shapes.all(),
                Stream.of(Element.BF16, Element.F32).map(element -> new Shapes.Case(11, 5_001, element, true, 3)));
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void vectorsEqualScalars(Shapes.Case shape) {
        try (Workers workers = new Workers(shape.threads())) {
            CrossEntropyKernel vector = VectorKernels.make(workers).crossEntropy();
            CrossEntropyKernel scalar = Kernels.scalar(workers).crossEntropy();
            Cases cases = shape.cases();
            Matrix logits = cases.random(shape.element(), shape.rows(), shape.columns());
            MemorySegment targets = targets(shape.rows(), shape.columns());
            Matrix expected = cases.empty(shape.element(), shape.rows(), shape.columns());
            MemorySegment expectedLosses = doubles(shape.rows());
            scalar.gradient(logits, targets, SCALE, expected, expectedLosses);
            Matrix inPlace = cases.copy(logits);
            MemorySegment losses = doubles(shape.rows());
            vector.gradient(inPlace, targets, SCALE, inPlace, losses);
            Cases.assertClose(inPlace, expected, 1e-6);
            Cases.assertGapsUntouched(inPlace);
            MemorySegment lse = cases.floats(shape.rows());
            MemorySegment targetLogits = cases.floats(shape.rows());
            MemorySegment scalarLse = cases.floats(shape.rows());
            MemorySegment scalarTargetLogits = cases.floats(shape.rows());
            vector.measure(logits, targets, lse, targetLogits);
            scalar.measure(logits, targets, scalarLse, scalarTargetLogits);
            Cases.assertClose(lse, scalarLse, shape.rows(), 1e-6);
            Cases.assertClose(targetLogits, scalarTargetLogits, shape.rows(), 0);
            for (long r = 0; r < shape.rows(); r++) {
                assertThat(loss(losses, r)).isCloseTo(loss(expectedLosses, r), within(2e-6));
                assertThat(loss(losses, r))
                        .isCloseTo((double) Floats.get(lse, r) - Floats.get(targetLogits, r), within(2e-6));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("dev.lathe.tensor.kernel.Shapes#dense")
    void scalarsEqualLibtorch(Shapes.Case shape) {
        try (Workers workers = new Workers(1);
                Scope scope = Scope.open()) {
            Matrix logits = shape.cases().random(shape.element(), shape.rows(), shape.columns());
            MemorySegment targets = targets(shape.rows(), shape.columns());
            Matrix dLogits = shape.cases().empty(shape.element(), shape.rows(), shape.columns());
            MemorySegment losses = doubles(shape.rows());
            Kernels.scalar(workers).crossEntropy().gradient(logits, targets, SCALE, dLogits, losses);

            Tensor p = Cases.tensor(logits).to(DType.F32); // as CrossEntropy does it
            Tensor target = Tensors.of(targets.toArray(ValueLayout.JAVA_LONG), shape.rows(), 1);
            Tensor lse = p.logSumExp(1, true);
            double[] expected = lse.minus(p.gather(1, target)).toDoubles();
            p.subtractInPlace(lse).expInPlace();
            p.scatterAddInPlace(
                    1, target, Tensors.empty(DType.F32, shape.rows(), 1).fill(-1));
            Cases.assertClose(dLogits, p.multiplyInPlace(SCALE).to(Cases.dtype(shape.element())), 1e-6);
            for (int r = 0; r < shape.rows(); r++) {
                assertThat(loss(losses, r)).isCloseTo(expected[r], within(2e-6));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Element.class)
    void aStretchOfNothing(Element element) {
        try (Workers workers = new Workers(1)) {
            Cases cases = new Cases(2, false);
            Matrix logits = cases.empty(element, 1, 6_000);
            for (int c = 0; c < 6_000; c++) {
                logits.set(0, c, c < 3_000 ? Float.NEGATIVE_INFINITY : c < 5_000 ? -1_000 : 1_000);
            }
            MemorySegment losses = doubles(1);
            MemorySegment targets = Arena.ofAuto().allocate(8);
            targets.set(ValueLayout.JAVA_LONG, 0, 5_500);
            Kernels.forHost(workers).crossEntropy().gradient(logits, targets, 1, logits, losses);
            assertThat(loss(losses, 0)).isCloseTo(Math.log(1_000), within(1e-4));
            assertThat(logits.get(0, 0)).isZero();
            assertThat(logits.get(0, 4_000)).isZero();
            assertThat(logits.get(0, 5_001)).isCloseTo(1e-3f, within(element == Element.BF16 ? 4e-6f : 1e-8f));
            assertThat(logits.get(0, 5_500)).isCloseTo(1e-3f - 1, within(element == Element.BF16 ? 4e-3f : 1e-6f));
        }
    }

    @Test
    void aTargetOutsideTheVocabulary() {
        try (Workers workers = new Workers(1)) {
            Matrix logits = new Cases(1, false).random(Element.F32, 1, 3);
            MemorySegment targets = Arena.ofAuto().allocate(8);
            targets.set(ValueLayout.JAVA_LONG, 0, 3);
            for (Kernels kernels : new Kernels[] {Kernels.scalar(workers), Kernels.forHost(workers)}) {
                assertThatThrownBy(() -> kernels.crossEntropy().gradient(logits, targets, 1, logits, doubles(1)))
                        .isInstanceOf(IndexOutOfBoundsException.class)
                        .hasMessage("target 3 of row 0 in a vocabulary of 3");
            }
        }
    }

    private static MemorySegment targets(long rows, long vocabulary) {
        MemorySegment targets = Arena.ofAuto().allocate(rows * Long.BYTES, 8);
        for (long r = 0; r < rows; r++) {
            targets.set(ValueLayout.JAVA_LONG, r * Long.BYTES, (r * 7 + vocabulary - 1) % vocabulary);
        }
        return targets;
    }

    private static MemorySegment doubles(long count) {
        return Arena.ofAuto().allocate(count * Double.BYTES, 8);
    }

    private static double loss(MemorySegment losses, long row) {
        return losses.get(ValueLayout.JAVA_DOUBLE, row * Double.BYTES);
    }
}
