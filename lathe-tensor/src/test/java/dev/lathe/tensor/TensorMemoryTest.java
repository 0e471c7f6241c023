package dev.lathe.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TensorMemoryTest {
    private static long inUse() {
        return TensorMemory.workspace().orElseThrow().inUse();
    }

    @Test
    void whatAScopeMadeIsGivenBackWhenTheLastViewIsGone() {
        long before = inUse();
        try (Scope outer = Scope.open()) {
            Tensor row;
            try (Scope scope = Scope.open()) {
                Tensor matrix = Tensors.empty(DType.F32, 1000, 1000);
                assertThat(inUse() - before).isBetween(4_000_000L, 4_100_000L);
                row = scope.moveTo(outer, matrix.narrow(0, 3, 1).fill(7));
            }
            assertThat(inUse() - before).isGreaterThan(4_000_000);
            assertThat(row.sum()).isEqualTo(7000);
        }
        assertThat(inUse()).isEqualTo(before);
    }
}
