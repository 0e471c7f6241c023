package dev.lathe.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lathe.tensor.kernel.Element;
import dev.lathe.tensor.kernel.Matrix;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

class MatricesTest {
    @Test
    void aNarrowedTensorKeepsItsRows() {
        try (Scope scope = Scope.open()) {
            Tensor wide = Tensors.of(new float[] {0, 1, 2, 3, 4, 5, 6, 7}, 2, 4);
            Matrix right = Matrices.of(wide.narrow(1, 2, 2));
            assertThat(right)
                    .extracting(Matrix::rows, Matrix::columns, Matrix::rowStride)
                    .containsExactly(2L, 2L, 4L);
            assertThat(right.data().toArray(ValueLayout.JAVA_FLOAT)).containsExactly(2, 3, 4, 5, 6, 7);
            assertThat(right.element()).isEqualTo(Element.F32);
        }
    }

    @Test
    void leadingDimensionsAreRows() {
        try (Scope scope = Scope.open()) {
            assertThat(Matrices.of(Tensors.zeros(DType.BF16, 2, 3, 5)).rows()).isEqualTo(6);
            assertThat(Matrices.of(Tensors.zeros(DType.BF16, 5)).rows()).isEqualTo(1);
            assertThat(Matrices.of(Tensors.empty(DType.BF16, 0, 5)).rows()).isZero();
        }
    }

    @Test
    void refusesWhatKernelsCannotRead() {
        try (Scope scope = Scope.open()) {
            assertThatThrownBy(() -> Matrices.of(Tensors.zeros(DType.F16, 2, 2)))
                    .hasMessageContaining("not F16");
            Tensor turned = Tensors.zeros(DType.F32, 2, 3).transpose(0, 1);
            assertThatThrownBy(() -> Matrices.of(turned)).isInstanceOf(IllegalArgumentException.class);
        }
    }
}
