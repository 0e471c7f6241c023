package dev.lathe.tensor.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MatrixTest {
    private final MemorySegment memory = Arena.ofAuto().allocate(48, 2);

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

    @ParameterizedTest
    @ValueSource(ints = {4, 6})
    void clearsRowsAndNothingElse(int stride) {
        memory.fill((byte) 1);
        Matrix matrix = new Matrix(memory, Element.BF16, 4, 4, stride);
        matrix.clearRows(1, 3);
        matrix.clearRows(4, 4);
        for (int i = 0; i < memory.byteSize() / 2; i++) {
            boolean cleared = i / stride >= 1 && i / stride < 3 && i % stride < 4;
            assertThat(memory.getAtIndex(ValueLayout.JAVA_SHORT, i))
                    .as("number %d", i)
                    .isEqualTo((short) (cleared ? 0 : 0x101));
        }
    }
}
