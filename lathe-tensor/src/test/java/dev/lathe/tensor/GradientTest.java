package dev.lathe.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GradientTest {
    private static final long STRIP = 8;
    private static final int COLUMNS = 5;
    private static final int ADDENDS = 6;

    @BeforeAll
    static void start() {
        Torch.start(1);
    }

    /** Of small whole numbers, so that no product and no sum is rounded. */
    private record Factors(float[] a, float[] b, int rows) {
        static Factors of(long seed, int rows) {
            SplittableRandom random = new SplittableRandom(seed);
            return new Factors(numbers(random, ADDENDS * rows), numbers(random, ADDENDS * COLUMNS), rows);
        }

        private static float[] numbers(SplittableRandom random, int count) {
            float[] numbers = new float[count];
            for (int i = 0; i < count; i++) {
                numbers[i] = random.nextInt(-3, 4);
            }
            return numbers;
        }

        void addTo(Gradient gradient, DType type, double factor) {
            try (Scope scope = Scope.open()) {
                gradient.addProduct(
                        Tensors.of(a, ADDENDS, rows).to(type),
                        Tensors.of(b, ADDENDS, COLUMNS).to(type),
                        factor);
            }
        }

        void addTo(float[] sum, double factor) {
            for (int i = 0; i < sum.length; i++) {
                for (int n = 0; n < ADDENDS; n++) {
                    sum[i] += (float) (factor * a[n * rows + i / COLUMNS] * b[n * COLUMNS + i % COLUMNS]);
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "1, 0.5", "7, 1", "8, 1", "8, 0.5", "9, 1", "9, -2", "16, 0.25", "17, 1", "17, 0.5", "31, -0.5"
    })
    void stripsMakeTheWhole(int rows, double factor) {
        Gradient strips = new Gradient(STRIP, DType.F32, rows, COLUMNS);
        Gradient whole = new Gradient(rows, DType.F32, rows, COLUMNS);
        float[] expected = new float[rows * COLUMNS];
        for (int seed = 0; seed < 3; seed++) {
            Factors factors = Factors.of(31L * rows + seed, rows);
            factors.addTo(strips, DType.BF16, factor);
            factors.addTo(whole, DType.BF16, factor);
            factors.addTo(expected, factor);
        }
        assertThat(strips.sum().toFloats()).containsExactly(expected);
        assertThat(whole.sum().toFloats()).containsExactly(expected);
        strips.clear();
        whole.clear();
    }

    @Test
    void aFirstProductThatIsNotScaledStaysInItsType() {
        Factors factors = Factors.of(1, 9);
        Gradient gradient = new Gradient(DType.F32, 9, COLUMNS);
        float[] expected = new float[9 * COLUMNS];
        factors.addTo(gradient, DType.BF16, 1);
        factors.addTo(expected, 1);
        assertThat(gradient.arrived().dtype()).isEqualTo(DType.BF16);
        assertThat(gradient.arrived().to(DType.F32).toFloats()).containsExactly(expected);
        factors.addTo(gradient, DType.BF16, 1);
        factors.addTo(expected, 1);
        assertThat(gradient.arrived().dtype()).isEqualTo(DType.F32);
        assertThat(gradient.arrived().toFloats()).containsExactly(expected);
        gradient.clear();
    }

    @Test
    void allElseComesInTheTypeOfTheSum() {
        Factors factors = Factors.of(2, 9);
        Gradient scaled = new Gradient(DType.F32, 9, COLUMNS);
        factors.addTo(scaled, DType.BF16, 0.5);
        Gradient noProduct = new Gradient(DType.F32, 9, COLUMNS);
        noProduct.add(Tensors.zeros(DType.BF16, 9, COLUMNS));
        Gradient nothing = new Gradient(DType.F32, 9, COLUMNS);
        for (Gradient gradient : List.of(scaled, noProduct, nothing)) {
            assertThat(gradient.arrived().dtype()).isEqualTo(DType.F32);
            gradient.clear();
            assertThat(gradient.isEmpty()).isTrue();
        }
    }
}
