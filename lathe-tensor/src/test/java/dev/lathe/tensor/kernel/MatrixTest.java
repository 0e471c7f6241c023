package dev.lathe.tensor.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

class MatrixTest {
    private final MemorySegment memory = Arena.ofAuto().allocate(48);

    @Test
    void theLastRowNeedsNoGapAfterIt() {
        assertThat(new Matrix(memory, Element.F32, 3, 2, 5).offset(2, 1)).isEqualTo(44);
        assertThatThrownBy(() -> new Matrix(memory, Element.F32, 3, 3, 5)).hasMessageContaining("do not fit in 48");
    }

    @Test
    void refusesOverlappingRows() {
        assertThatThrownBy(() -> new Matrix(memory, Element.F32, 2, 3, 2)).hasMessageContaining("row stride 2");
        assertThatThrownBy(() -> Matrix.of(memory, Element.F32, Long.MAX_VALUE, 4))
                .isInstanceOf(ArithmeticException.class);
    }

    @Test
    void aSliceSharesMemory() {
        Matrix whole = Matrix.of(memory, Element.BF16, 3, 8);
        whole.slice(5, 2).set(1, 1, 2.5f);
        assertThat(whole.get(1, 6)).isEqualTo(2.5f);
        assertThatThrownBy(() -> whole.slice(7, 2)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThat(whole.slice(8, 0).columns()).isZero();
    }
}
