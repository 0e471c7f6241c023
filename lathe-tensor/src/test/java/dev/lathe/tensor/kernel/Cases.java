package dev.lathe.tensor.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lathe.tensor.DType;
import dev.lathe.tensor.Matrices;
import dev.lathe.tensor.Tensor;
import dev.lathe.tensor.Tensors;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;

/** Matrices for tests: odd shapes, misaligned, as slices of wider ones, with a guard around everything. */
final class Cases {
    private static final byte GUARD = 0x5A;

    private final SplittableRandom random;
    private final boolean awkward;

    /** @param awkward whether rows have gaps and memory is not aligned */
    Cases(long seed, boolean awkward) {
        this.random = new SplittableRandom(seed);
        this.awkward = awkward;
    }

    /** Written to by nobody yet. */
    Matrix empty(Element element, long rows, long columns) {
        long stride = columns + (awkward ? 3 : 0);
        long skipped = awkward ? 1 : 0;
        MemorySegment all = Arena.ofAuto().allocate(rows * stride * element.bytes() + skipped + 64, 64);
        all.fill(GUARD);
        return new Matrix(all.asSlice(skipped), element, rows, columns, stride);
    }

    /** Normally distributed. */
    Matrix random(Element element, long rows, long columns) {
        Matrix matrix = empty(element, rows, columns);
        for (long r = 0; r < rows; r++) {
            for (long c = 0; c < columns; c++) {
                matrix.set(r, c, (float) random.nextGaussian());
            }
        }
        return matrix;
    }

    MemorySegment floats(long count) {
        MemorySegment floats = Arena.ofAuto().allocate(count * Float.BYTES + 1).asSlice(awkward ? 1 : 0);
        for (long i = 0; i < count; i++) {
            Floats.set(floats, i, (float) random.nextGaussian());
        }
        return floats;
    }

    /** With the same content, in memory of its own. */
    Matrix copy(Matrix matrix) {
        Matrix copy = empty(matrix.element(), matrix.rows(), matrix.columns());
        for (long r = 0; r < matrix.rows(); r++) {
            for (long c = 0; c < matrix.columns(); c++) {
                copy.set(r, c, matrix.get(r, c));
            }
        }
        return copy;
    }

    static MemorySegment copy(MemorySegment memory) {
        return Arena.ofAuto().allocate(memory.byteSize()).copyFrom(memory);
    }

    static DType dtype(Element element) {
        return DType.valueOf(element.name());
    }

    static Tensor tensor(Matrix matrix) {
        float[] values = new float[(int) (matrix.rows() * matrix.columns())];
        for (int i = 0; i < values.length; i++) {
            values[i] = matrix.get(i / matrix.columns(), i % matrix.columns());
        }
        return tensor(values, matrix.rows(), matrix.columns()).to(dtype(matrix.element()));
    }

    static Tensor tensor(MemorySegment floats, long... shape) {
        long count = 1;
        for (long size : shape) {
            count *= size;
        }
        float[] values = new float[(int) count];
        MemorySegment.copy(floats, ValueLayout.JAVA_FLOAT_UNALIGNED, 0, values, 0, values.length);
        return tensor(values, shape);
    }

    private static Tensor tensor(float[] values, long... shape) {
        return values.length == 0 ? Tensors.empty(DType.F32, shape) : Tensors.of(values, shape);
    }

    /** A kernel wrote nothing but the elements. */
    static void assertGapsUntouched(Matrix matrix) {
        long end = matrix.data().byteSize();
        int bytes = matrix.element().bytes();
        long from = 0;
        for (long r = 0; r < matrix.rows(); r++) {
            assertGuarded(matrix, from, matrix.offset(r, 0));
            from = matrix.offset(r, 0) + matrix.columns() * bytes;
        }
        assertGuarded(matrix, from, end);
    }

    private static void assertGuarded(Matrix matrix, long from, long to) {
        for (long i = from; i < to; i++) {
            assertThat(matrix.data().get(ValueLayout.JAVA_BYTE, i)).isEqualTo(GUARD);
        }
    }

    /** Bit for bit. */
    static void assertEqual(Matrix actual, Matrix expected) {
        actual.requireShapeOf(expected);
        for (long r = 0; r < actual.rows(); r++) {
            for (long c = 0; c < actual.columns(); c++) {
                assertThat(actual.get(r, c)).as("[%d, %d]", r, c).isEqualTo(expected.get(r, c));
            }
        }
    }

    /** Element for element: at most one step of bfloat16, or {@code tolerance} of the larger, or of one, for float32. */
    static void assertClose(Matrix actual, Matrix expected, double tolerance) {
        actual.requireShapeOf(expected);
        double allowed = actual.element() == Element.BF16 ? 1.0 / 128 : tolerance;
        for (long r = 0; r < actual.rows(); r++) {
            for (long c = 0; c < actual.columns(); c++) {
                assertClose("[" + r + ", " + c + "]", actual.get(r, c), expected.get(r, c), allowed, tolerance);
            }
        }
    }

    static void assertClose(MemorySegment actual, MemorySegment expected, long count, double tolerance) {
        for (long i = 0; i < count; i++) {
            assertClose("[" + i + "]", Floats.get(actual, i), Floats.get(expected, i), tolerance, tolerance);
        }
    }

    static void assertClose(Matrix actual, Tensor expected, double tolerance) {
        assertClose(actual, Matrices.of(expected), tolerance);
    }

    /** @param relative of the expected; @param absolute where that is less */
    private static void assertClose(String place, float actual, float expected, double relative, double absolute) {
        if (Float.isNaN(expected) || Float.isInfinite(expected)) {
            assertThat(actual).as(place).isEqualTo(expected);
        } else {
            assertThat(Math.abs((double) actual - expected))
                    .as("%s: %s, expected %s", place, actual, expected)
                    .isLessThanOrEqualTo(relative * Math.abs(expected) + absolute);
        }
    }
}
