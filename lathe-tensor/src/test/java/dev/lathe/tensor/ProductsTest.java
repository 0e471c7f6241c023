package dev.lathe.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tiles put together are the product: on shapes that are cut by rows, by columns, unevenly, and not at all. */
class ProductsTest {
    @AfterEach
    void oneThread() {
        Torch.start(1);
    }

    @ParameterizedTest
    @CsvSource({"1,1,1", "700,608,960", "513,577,1025", "2047,64,33", "33,2000,1500", "1,4096,5000", "300,0,4"})
    void tilesAreTheProduct(long rows, long inner, long columns) {
        GradientCheck random = new GradientCheck(rows);
        try (Scope scope = Scope.open()) {
            Tensor a = random.random(rows, inner);
            Tensor b = random.random(columns, inner).transpose(0, 1);
            Torch.start(1);
            Tensor whole = a.matmul(b);
            Tensor added = whole.times(0.5).addMatmulInPlace(a, b, -2);
            Torch.start(3);
            assertThat(a.matmul(b).minus(whole).norm()).isLessThan(1e-9);
            assertThat(whole.times(0.5).addMatmulInPlace(a, b, -2).minus(added).norm())
                    .isLessThan(1e-9);
            // Into columns of a wider matrix, whose rest stays as it is.
            Tensor wide = Tensors.zeros(DType.F64, rows, columns + 3).fill(7);
            wide.narrow(1, 2, columns).setMatmul(a, b, 3);
            assertThat(wide.narrow(1, 2, columns).minus(whole.times(3)).norm()).isLessThan(1e-9);
            assertThat(wide.narrow(1, 0, 2).sum()
                            + wide.narrow(1, columns + 2, 1).sum())
                    .isEqualTo(21.0 * rows);
        }
    }
}
