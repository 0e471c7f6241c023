package dev.lathe.tensor.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * Rows between memory and float arrays. Kernels compute on arrays of whole vectors ({@link #array}), so that element
 * types and the end of a row are dealt with here and nowhere else: the arrays stay in the first cache, and this costs
 * less than it saves in loops that C2 would have to compile for every combination of types.
 */
final class Lanes {
    static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
    static final VectorSpecies<Integer> I = F.withLanes(int.class);
    private static final VectorSpecies<Short> S =
            VectorSpecies.of(short.class, VectorShape.forBitSize(F.vectorBitSize() / 2));
    static final ByteOrder ORDER = ByteOrder.nativeOrder();
    private static final int NAN = 0x7FC0;

    /** Lanes of a vector, a power of two. */
    static final int N = F.length();

    private Lanes() {}

    /** Room for {@code count} numbers and zeros up to the end of the last vector. */
    static float[] array(int count) {
        return new float[padded(count)];
    }

    /** {@code count} rounded up to whole vectors. */
    static int padded(int count) {
        return (count + N - 1) & -N;
    }

    /** A row, and zeros after it. */
    static void read(Matrix from, long row, float[] out) {
        read(from, row, 0, from.width(), out);
    }

    /** Part of a row, and zeros up to the end of its last vector, whatever was computed there with the row before. */
    static void read(Matrix from, long row, long column, int count, float[] out) {
        if (from.element() == Element.BF16) {
            widen(from.data(), from.offset(row, column), count, out);
        } else {
            MemorySegment.copy(from.data(), ValueLayout.JAVA_FLOAT_UNALIGNED, from.offset(row, column), out, 0, count);
        }
        Arrays.fill(out, count, padded(count), 0);
    }

    static void write(float[] from, Matrix to, long row) {
        write(from, to, row, 0, to.width());
    }

    static void write(float[] from, Matrix to, long row, long column, int count) {
        if (to.element() == Element.BF16) {
            narrow(from, count, to.data(), to.offset(row, column));
        } else {
            MemorySegment.copy(from, 0, to.data(), ValueLayout.JAVA_FLOAT_UNALIGNED, to.offset(row, column), count);
        }
    }

    private static void widen(MemorySegment from, long offset, int count, float[] out) {
        int whole = count & -N;
        for (int i = 0; i < whole; i += N) {
            widened(from, offset + 2L * i).intoArray(out, i);
        }
        if (whole < count) {
            if (count >= N) { // the last whole vector again, from where it ends with the row
                widened(from, offset + 2L * (count - N)).intoArray(out, count - N);
            } else {
                for (int i = 0; i < count; i++) {
                    out[i] = Bf16.widen(from.get(ValueLayout.JAVA_SHORT_UNALIGNED, offset + 2L * i));
                }
            }
        }
    }

    private static void narrow(float[] from, int count, MemorySegment to, long offset) {
        int whole = count & -N;
        for (int i = 0; i < whole; i += N) {
            narrowed(FloatVector.fromArray(F, from, i)).intoMemorySegment(to, offset + 2L * i, ORDER);
        }
        if (whole < count) {
            if (count >= N) {
                narrowed(FloatVector.fromArray(F, from, count - N))
                        .intoMemorySegment(to, offset + 2L * (count - N), ORDER);
            } else {
                for (int i = 0; i < count; i++) {
                    to.set(ValueLayout.JAVA_SHORT_UNALIGNED, offset + 2L * i, Bf16.narrow(from[i]));
                }
            }
        }
    }

    static FloatVector widened(MemorySegment from, long offset) {
        ShortVector bits = ShortVector.fromMemorySegment(S, from, offset, ORDER);
        IntVector wide = (IntVector) bits.convertShape(VectorOperators.ZERO_EXTEND_S2I, I, 0);
        return wide.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
    }

    static ShortVector narrowed(FloatVector v) {
        IntVector bits = v.reinterpretAsInts();
        IntVector high = bits.lanewise(VectorOperators.LSHR, 16);
        IntVector rounded = bits.add(0x7FFF).add(high.and(1)).lanewise(VectorOperators.LSHR, 16);
        rounded = rounded.blend(NAN, v.test(VectorOperators.IS_NAN).cast(I));
        return (ShortVector) rounded.convertShape(VectorOperators.I2S, S, 0);
    }
}
