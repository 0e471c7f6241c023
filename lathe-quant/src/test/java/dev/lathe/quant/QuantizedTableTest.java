package dev.lathe.quant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lathe.tensor.CrossEntropy;
import dev.lathe.tensor.DType;
import dev.lathe.tensor.Operand;
import dev.lathe.tensor.Scope;
import dev.lathe.tensor.Tensor;
import dev.lathe.tensor.Tensors;
import dev.lathe.tensor.Torch;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Everything that is done with a packed table = the same with the dense one that it stands for. */
class QuantizedTableTest {
    private static final int HIDDEN = 2048;
    /** Three pieces, the last one cut. */
    private static final int WORDS = 5000;

    @BeforeEach
    void start() {
        Torch.start(2);
    }

    private static QuantizedTable table(DType dtype, Unpacker unpacker) {
        Quantizer.Dense dense = new Quantizer.Dense("embed", Numbers.of(numbers(1, WORDS * HIDDEN)), WORDS, HIDDEN);
        return new QuantizedTable(new Int8Quantizer().quantize(dense), dtype, unpacker);
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"F32", "BF16", "F16"})
    void rowsAndProductsAreThoseOfTheDenseTable(DType dtype) {
        try (Scope scope = Scope.open();
                Unpacker unpacker = new Unpacker()) {
            QuantizedTable table = table(dtype, unpacker);
            Tensor dense = table.dense();
            Tensor ids = Tensors.indices(new int[] {0, 4999, 17, 17, 2048});
            assertThat(table.rows(ids).toFloats())
                    .isEqualTo(dense.select(0, ids).toFloats());
            double rounding = dtype == DType.F32 ? 1e-4 : 2e-2;
            for (int rows : new int[] {2, 9}) {
                Tensor x = Tensors.of(numbers(2, rows * HIDDEN), rows, HIDDEN).to(dtype);
                close(table.times(x), x.matmul(dense.transpose(0, 1)), rounding);
            }
            Tensor dy = Tensors.of(numbers(3, 9 * WORDS), 9, WORDS).to(dtype);
            close(table.timesTransposed(dy), dy.matmul(dense), rounding);
        }
    }

    private static void close(Tensor actual, Tensor expected, double rounding) {
        assertThat(actual.dtype()).isEqualTo(expected.dtype());
        float[] a = actual.toFloats();
        float[] b = expected.toFloats();
        double scale = expected.to(DType.F32).norm() / Math.sqrt(b.length);
        for (int i = 0; i < b.length; i++) {
            assertThat((double) a[i]).isCloseTo(b[i], within(rounding * (scale + Math.abs(b[i]))));
        }
    }

    @Test
    void lossAndGradientAreThoseOfTheDenseTable() {
        try (Scope scope = Scope.open();
                Unpacker unpacker = new Unpacker()) {
            QuantizedTable table = table(DType.F32, unpacker);
            Tensor hidden = Tensors.of(numbers(4, 7 * HIDDEN), 7, HIDDEN).times(0.02);
            Tensor targets = Tensors.indices(new int[] {1, 4999, 3, 0, 77, 2100, 5});
            CrossEntropy.Result packed = CrossEntropy.withGradient(hidden, Operand.packed(table), targets, 0.5);
            CrossEntropy.Result dense = CrossEntropy.withGradient(hidden, Operand.fixed(table.dense()), targets, 0.5);
            assertThat(packed.loss()).isCloseTo(dense.loss(), within(1e-4));
            close(packed.gradient(), dense.gradient(), 1e-4);
        }
    }

    @Test
    void aWordThatIsNotThereIsAnError() {
        try (Scope scope = Scope.open();
                Unpacker unpacker = new Unpacker()) {
            QuantizedTable table = table(DType.F32, unpacker);
            Tensor ids = Tensors.indices(new int[] {WORDS});
            assertThatThrownBy(() -> table.rows(ids)).isInstanceOf(IndexOutOfBoundsException.class);
        }
    }

    private static float[] numbers(long seed, int count) {
        Random random = new Random(seed);
        float[] numbers = new float[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = (float) random.nextGaussian();
        }
        return numbers;
    }
}
