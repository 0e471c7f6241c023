package dev.lathe.tensor.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lathe.tensor.DType;
import dev.lathe.tensor.Scope;
import dev.lathe.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Vectors, scalars and libtorch's operations in AdamW's order: all three bit for bit, over several steps. */
class AdamWKernelTest {
    private static final int STEPS = 5;
    private static final double BETA1 = 0.9;
    private static final double BETA2 = 0.999;
    private static final double EPSILON = 1e-8;
    private static final double DECAY = 0.01;
    private static final double RATE = 3e-4;
    private static final double SCALE = 0.37;

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 15, 16, 33, 1_000, 70_001})
    void allThreeAgree(int count) {
        try (Workers workers = new Workers(3);
                Scope scope = Scope.open()) {
            Cases cases = new Cases(count, true);
            AdamWKernel.States vector = states(cases, count);
            AdamWKernel.States scalar = copy(vector);
            AdamWKernel.States plain = copy(vector);
            Tensor[] torch = {
                Cases.tensor(vector.master(), count),
                Cases.tensor(vector.gradient(), count),
                Cases.tensor(vector.mean(), count),
                Cases.tensor(vector.square(), count)
            };
            MemorySegment compute = Arena.ofAuto().allocate(2L * count + 1).asSlice(1);
            MemorySegment scalarCompute = Cases.copy(compute);
            for (int step = 1; step <= STEPS; step++) {
                AdamWKernel.Factors factors = AdamWKernel.Factors.of(BETA1, BETA2, EPSILON, DECAY, RATE, step, SCALE);
                VectorKernels.make(workers).adamW().step(vector, factors, compute);
                VectorKernels.make(workers).adamW().step(plain, factors);
                Kernels.scalar(workers).adamW().step(scalar, factors, scalarCompute);
                onLibtorch(torch, step);
            }
            assertSame(scalar, vector);
            assertSame(plain, vector);
            assertThat(compute.mismatch(scalarCompute)).isEqualTo(-1);
            assertThat(floats(scalar.mean())).isEqualTo(floats(torch[2]));
            assertThat(floats(scalar.square())).isEqualTo(floats(torch[3]));
            assertThat(floats(scalar.master())).isEqualTo(floats(torch[0]));
            if (count > 0) {
                assertThat(compute.mismatch(torch[0].to(DType.BF16).data())).isEqualTo(-1);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 15, 33, 1_000, 70_001})
    void aNarrowGradientIsTheSameAsWidened(int count) {
        try (Workers workers = new Workers(3)) {
            Cases cases = new Cases(count, true);
            MemorySegment narrow = cases.random(Element.BF16, 1, count).data().asSlice(0, 2L * count);
            AdamWKernel.States wide = states(cases, count);
            for (int i = 0; i < count; i++) {
                Floats.set(wide.gradient(), i, Bf16.get(narrow, i));
            }
            AdamWKernel.Factors factors = AdamWKernel.Factors.of(BETA1, BETA2, EPSILON, DECAY, RATE, 3, SCALE);
            for (Kernels kernels : List.of(VectorKernels.make(workers), Kernels.scalar(workers))) {
                AdamWKernel.States whole = copy(wide);
                AdamWKernel.States own = copy(wide);
                AdamWKernel.States half = new AdamWKernel.States(own.master(), narrow, own.mean(), own.square());
                kernels.adamW().step(whole, factors);
                kernels.adamW().step(half, factors);
                assertSame(half, whole);
            }
        }
    }

    private static void onLibtorch(Tensor[] states, int step) {
        Tensor master = states[0];
        Tensor gradient = states[1].times(SCALE);
        double correction = Math.sqrt(1 - Math.pow(BETA2, step));
        states[2].addInPlace(gradient.minus(states[2]), 1 - BETA1);
        states[3].multiplyInPlace(BETA2).addProductInPlace(gradient, gradient, 1 - BETA2);
        Tensor root = states[3].sqrt().multiplyInPlace(1 / correction).addInPlace(EPSILON);
        master.multiplyInPlace(1 - RATE * DECAY);
        master.addQuotientInPlace(states[2], root, -RATE / (1 - Math.pow(BETA1, step)));
    }

    private static AdamWKernel.States states(Cases cases, int count) {
        MemorySegment square = floats(cases, count);
        for (int i = 0; i < count; i++) {
            Floats.set(square, i, Math.abs(Floats.get(square, i)));
        }
        return new AdamWKernel.States(floats(cases, count), floats(cases, count), floats(cases, count), square);
    }

    private static MemorySegment floats(Cases cases, int count) {
        return cases.floats(count).asSlice(0, 4L * count);
    }

    private static AdamWKernel.States copy(AdamWKernel.States states) {
        return new AdamWKernel.States(
                Cases.copy(states.master()),
                Cases.copy(states.gradient()),
                Cases.copy(states.mean()),
                Cases.copy(states.square()));
    }

    private static void assertSame(AdamWKernel.States actual, AdamWKernel.States expected) {
        assertThat(floats(actual.mean())).isEqualTo(floats(expected.mean()));
        assertThat(floats(actual.square())).isEqualTo(floats(expected.square()));
        assertThat(floats(actual.master())).isEqualTo(floats(expected.master()));
    }

    private static float[] floats(MemorySegment memory) {
        return memory.toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
    }

    private static float[] floats(Tensor tensor) {
        return tensor.count() == 0 ? new float[0] : tensor.toFloats();
    }
}
