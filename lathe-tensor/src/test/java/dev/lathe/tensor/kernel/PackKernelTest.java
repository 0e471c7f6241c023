package dev.lathe.tensor.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Number for number where it belongs, and nothing written elsewhere. */
class PackKernelTest {
    private static final short GUARD = 0x5A5A;

    private static List<PackKernel> kernels() {
        return List.of(new ScalarPack(), new VectorPack());
    }

    static Stream<Shapes.Case> narrow() {
        return Shapes.all().filter(shape -> shape.element() == Element.BF16);
    }

    @ParameterizedTest
    @MethodSource("narrow")
    void pairs(Shapes.Case shape) {
        Matrix matrix = shape.cases().random(Element.BF16, shape.rows(), shape.columns());
        long stride = shape.columns() + 2;
        for (PackKernel kernel : kernels()) {
            MemorySegment pairs = guarded((shape.rows() + 1) / 2 * stride);
            kernel.pair(matrix, pairs, stride);
            assertPairs(pairs, stride, shape.rows(), shape.columns(), matrix::get);
        }
    }

    @ParameterizedTest
    @MethodSource("narrow")
    void pairsOfTheTransposed(Shapes.Case shape) {
        Matrix matrix = shape.cases().random(Element.BF16, shape.rows(), shape.columns());
        long stride = shape.rows() + 2;
        for (PackKernel kernel : kernels()) {
            MemorySegment pairs = guarded((shape.columns() + 1) / 2 * stride);
            kernel.pairTurned(matrix, pairs, stride);
            assertPairs(pairs, stride, shape.columns(), shape.rows(), (r, c) -> matrix.get(c, r));
        }
    }

    @ParameterizedTest
    @MethodSource("narrow")
    void turns(Shapes.Case shape) {
        Matrix matrix = shape.cases().random(Element.BF16, shape.rows(), shape.columns());
        long even = shape.rows() + shape.rows() % 2;
        for (PackKernel kernel : kernels()) {
            Matrix turned = shape.cases().empty(Element.BF16, shape.columns(), even);
            kernel.turn(matrix, turned);
            for (long r = 0; r < turned.rows(); r++) {
                for (long c = 0; c < even; c++) {
                    assertThat(turned.get(r, c)).isEqualTo(c < matrix.rows() ? matrix.get(c, r) : 0);
                }
            }
            Cases.assertGapsUntouched(turned);
        }
    }

    @ParameterizedTest
    @CsvSource({"1,false", "1,true", "-2.5,false", "0.3,true"})
    void puts(float factor, boolean add) {
        Shapes.all().filter(shape -> shape.rows() > 0).forEach(shape -> {
            Cases cases = shape.cases();
            Matrix sums = cases.random(Element.F32, shape.rows(), shape.columns());
            Matrix before = cases.random(shape.element(), shape.rows(), shape.columns());
            for (PackKernel kernel : kernels()) {
                Matrix out = cases.copy(before);
                kernel.put(sums, factor, add, out);
                for (long r = 0; r < shape.rows(); r++) {
                    for (long c = 0; c < shape.columns(); c++) {
                        float exact =
                                add ? Math.fma(factor, sums.get(r, c), before.get(r, c)) : factor * sums.get(r, c);
                        assertThat(out.get(r, c)).isEqualTo(Bf16.round(exact, shape.element()));
                    }
                }
                Cases.assertGapsUntouched(out);
            }
        });
    }

    private interface Numbers {
        float get(long row, long column);
    }

    private static MemorySegment guarded(long pairs) {
        MemorySegment memory = Arena.ofAuto().allocate(4 * pairs, 1);
        for (long i = 0; i < 2 * pairs; i++) {
            memory.set(ValueLayout.JAVA_SHORT_UNALIGNED, 2 * i, GUARD);
        }
        return memory;
    }

    private static void assertPairs(MemorySegment pairs, long stride, long rows, long columns, Numbers expected) {
        for (long r = 0; r < rows + rows % 2; r++) {
            for (long c = 0; c < stride; c++) {
                short bits = pairs.get(ValueLayout.JAVA_SHORT_UNALIGNED, ((r / 2 * stride + c) * 2 + r % 2) * 2);
                if (c < columns) {
                    assertThat(Bf16.widen(bits)).isEqualTo(r < rows ? expected.get(r, c) : 0);
                } else {
                    assertThat(bits).isEqualTo(GUARD);
                }
            }
        }
    }
}
