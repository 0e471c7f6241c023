package dev.lathe.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ParameterTest {
    private static final long ROWS = 512;
    private static final long COLUMNS = 256;

    @BeforeAll
    static void start() {
        Torch.start(1);
    }

    /** What parts were asked and told must not keep it, in the scope that a backward pass has around all its blocks. */
    @ParameterizedTest
    @EnumSource(names = {"F32", "BF16"})
    void theGradientOfAWholeGoesWhenPartsHaveChanged(DType masters) {
        Assumptions.assumeTrue(NativeMemory.ofTensors().isPresent(), "tensors are not counted on this system");
        try (Owner owner = new Owner();
                Scope pass = Scope.open()) {
            Parameter whole = owner.own(() -> new Parameter("whole", Scope.release(zeros(masters, ROWS)), DType.BF16));
            List<Parameter> parts = owner.own(() -> whole.split(List.of("a", "b"), List.of(ROWS / 4, ROWS - ROWS / 4)));
            List<Tensor> states = List.of(zeros(DType.F32, ROWS), zeros(DType.F32, ROWS));
            OptionalLong before = NativeMemory.ofTensors();
            try (Scope block = Scope.open()) {
                whole.addGradientProduct(zeros(DType.BF16, ROWS).transpose(0, 1), identity(), 1);
            }
            assertThat(taken(before)).isGreaterThanOrEqualTo(ROWS * COLUMNS * DType.BF16.bytes());
            long at = 0;
            for (Parameter part : parts) {
                long rows = part.master().size(0);
                assertThat(part.gradientSquares()).isZero();
                new AdamUpdate(0.9, 0.999, 1e-8, 0.1, 1e-3, 1, 1)
                        .apply(
                                part,
                                states.getFirst().narrow(0, at, rows),
                                states.getLast().narrow(0, at, rows));
                at += rows;
            }
            parts.forEach(Parameter::clearGradient);
            assertThat(taken(before)).isLessThanOrEqualTo(0);
        }
    }

    private static Tensor zeros(DType type, long rows) {
        return Tensors.zeros(type, rows, COLUMNS);
    }

    private static Tensor identity() {
        float[] ones = new float[(int) (COLUMNS * COLUMNS)];
        for (int i = 0; i < COLUMNS; i++) {
            ones[(int) (i * COLUMNS + i)] = 1;
        }
        return Tensors.of(ones, COLUMNS, COLUMNS).to(DType.BF16);
    }

    /** Bytes; what nobody holds any more may go in between. */
    private static long taken(OptionalLong before) {
        return NativeMemory.ofTensors().orElseThrow() - before.orElseThrow();
    }
}
