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
 *
 * <p>A rule for all loops over vectors: they call nothing of ours. C2 stops inlining what is not marked for it when a
 * method grows (NodeCountInliningCutoff), and a vector that crosses a call becomes an object: 5 to 20 times slower, in
 * some runs and not in others. So loops are methods on arrays, and short things are written out in them.
 *
 * <p>The passes over arrays cost as much as the arithmetic between them. So kernels that training calls for every number of
 * every layer have loops for BF16 alone, classes named {@code Narrow…}, which go from memory to memory in registers and have
 * this in common: they do whole vectors ({@link #whole}), in the order of memory, and leave the rest of a row to the loops
 * over arrays, whose numbers are the same bits; a vector is read everywhere before it is written anywhere, so that results
 * may be written over what was read; 16 bits become a float32 by a shift, and {@code v} becomes 16 bits by {@code (bits +
 * 0x7FFF + (bits >>> 16 & 1)) >>> 16}, to the nearest and ties to even, but for NaN, which is where {@code v != v}. Loads
 * of half a register in the order of memory are as fast as whole ones that are taken apart into numbers of even and of odd
 * index, and take half as many lines.
 */
final class Lanes {
    static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
    static final VectorSpecies<Integer> I = F.withLanes(int.class);
    static final VectorSpecies<Short> S = VectorSpecies.of(short.class, VectorShape.forBitSize(F.vectorBitSize() / 2));
    static final ByteOrder ORDER = ByteOrder.nativeOrder();
    static final int NAN = 0x7FC0;

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

    /** How many of {@code count} numbers fill vectors when all of {@code matrices} are BF16; otherwise none. */
    static int whole(int count, Matrix... matrices) {
        for (Matrix matrix : matrices) {
            if (matrix.element() != Element.BF16) {
                return 0;
            }
        }
        return count & -N;
    }

    /**
     * The sum of a vector's lanes, always in this order, whereas {@code reduceLanes} adds in another one when C2 has compiled
     * it, so that results would depend on when that was.
     */
    static float sum(float[] lanes) {
        return sum(lanes, 0);
    }

    /** The same for the vector at {@code from}. */
    static float sum(float[] lanes, int from) {
        float a = 0;
        float b = 0;
        float c = 0;
        float d = 0;
        for (int i = from; i < from + N; i += 4) { // 8 or 16
            a += lanes[i];
            b += lanes[i + 1];
            c += lanes[i + 2];
            d += lanes[i + 3];
        }
        return (a + c) + (b + d);
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

    /** {@code count} BF16 numbers from byte {@code offset} on. */
    static void widen(MemorySegment from, long offset, int count, float[] out) {
        if (count < N) {
            for (int i = 0; i < count; i++) {
                out[i] = Bf16.widen(from.get(ValueLayout.JAVA_SHORT_UNALIGNED, offset + 2L * i));
            }
            return;
        }
        for (int i = 0; i < count; i += N) {
            int at = Math.min(i, count - N); // the last vector ends with the row, so it may begin before its turn
            IntVector bits = (IntVector) ShortVector.fromMemorySegment(S, from, offset + 2L * at, ORDER)
                    .convertShape(VectorOperators.ZERO_EXTEND_S2I, I, 0);
            bits.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats().intoArray(out, at);
        }
    }

    private static void narrow(float[] from, int count, MemorySegment to, long offset) {
        if (count < N) {
            for (int i = 0; i < count; i++) {
                to.set(ValueLayout.JAVA_SHORT_UNALIGNED, offset + 2L * i, Bf16.narrow(from[i]));
            }
            return;
        }
        for (int i = 0; i < count; i += N) {
            int at = Math.min(i, count - N);
            FloatVector v = FloatVector.fromArray(F, from, at);
            IntVector bits = v.reinterpretAsInts();
            bits = bits.add(0x7FFF).add(bits.lanewise(VectorOperators.LSHR, 16).and(1));
            bits = bits.lanewise(VectorOperators.LSHR, 16)
                    .blend(NAN, v.test(VectorOperators.IS_NAN).cast(I));
            ((ShortVector) bits.convertShape(VectorOperators.I2S, S, 0)).intoMemorySegment(to, offset + 2L * at, ORDER);
        }
    }
}
