package dev.lathe.tensor.kernel;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lathe.tensor.Matrices;
import dev.lathe.tensor.Scope;
import dev.lathe.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Vectors against scalars, scalars against the operation on libtorch, both bit for bit. */
class RopeKernelTest {
    @ParameterizedTest
    @CsvSource({
        "1,1,2,2,BF16",
        "0,2,4,4,BF16",
        "5,3,64,64,BF16",
        "5,3,64,32,F32",
        "4,2,40,36,BF16",
        "70,12,64,64,BF16",
        "9,2,10,6,F32",
        "3,2,8,0,F32"
    })
    void rotates(int rows, int heads, int headDim, int rotated, Element element) {
        try (Workers workers = new Workers(2);
                Scope scope = Scope.open()) {
            Cases cases = new Cases(rows + headDim, true);
            Matrix cos = cases.random(Element.F32, rows, rotated / 2);
            Matrix sin = cases.random(Element.F32, rows, rotated / 2);
            Matrix wide = cases.random(element, rows, (long) heads * headDim + 5); // q and k beside something else
            Matrix untouched = cases.copy(wide);
            Matrix x = wide.slice(2, (long) heads * headDim);
            for (int direction : new int[] {1, -1}) {
                Matrix vector = cases.copy(x);
                Matrix scalar = cases.copy(x);
                VectorKernels.make(workers).rope().rotate(vector, cos, sin, headDim, direction);
                Kernels.scalar(workers).rope().rotate(scalar, cos, sin, headDim, direction);
                Cases.assertEqual(vector, scalar);
                Cases.assertGapsUntouched(vector);
                if (rows > 0 && rotated > 0) {
                    Cases.assertEqual(scalar, onLibtorch(x, cos, sin, headDim, direction));
                }
            }
            VectorKernels.make(workers).rope().rotate(x, cos, sin, headDim, 1);
            Cases.assertEqual(wide.slice(0, 2), untouched.slice(0, 2));
            Cases.assertEqual(wide.slice(wide.columns() - 3, 3), untouched.slice(wide.columns() - 3, 3));
        }
    }

    private static Matrix onLibtorch(Matrix x, Matrix cos, Matrix sin, int headDim, int direction) {
        Tensor turned = Cases.tensor(x);
        Tensor c = Cases.tensor(cos).to(turned.dtype()).unsqueeze(1);
        Tensor s = Cases.tensor(sin).to(turned.dtype()).unsqueeze(1);
        Tensor heads = turned.splitColumns(headDim);
        Tensor first = heads.narrow(2, 0, cos.columns());
        Tensor second = heads.narrow(2, cos.columns(), cos.columns());
        Tensor left = first.times(c).addProductInPlace(second, s, -direction);
        second.copyFrom(second.times(c).addProductInPlace(first, s, direction));
        first.copyFrom(left);
        return Matrices.of(turned);
    }

    @Test
    void refusesWhatDoesNotFit() {
        try (Workers workers = new Workers(1)) {
            Cases cases = new Cases(1, false);
            Matrix tables = cases.random(Element.F32, 2, 4);
            Matrix x = cases.random(Element.F32, 2, 12);
            for (RopeKernel rope : new RopeKernel[] {
                Kernels.scalar(workers).rope(), VectorKernels.make(workers).rope()
            }) {
                assertThatThrownBy(() -> rope.rotate(x, tables, tables, 6, 1)).hasMessageContaining("heads of 6");
                assertThatThrownBy(() -> rope.rotate(x, tables, tables, 12, 0)).hasMessageContaining("not 0");
            }
        }
    }
}
