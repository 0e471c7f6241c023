package dev.lathe.tensor.kernel;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;

/** Sums of two BF16 rows, from memory to memory (see {@link Lanes}). */
final class NarrowSum {
    private static final int N = Lanes.N;

    private NarrowSum() {}

    /** The first {@code count} columns of a row. */
    static void add(Matrix a, Matrix b, Matrix sum, long row, int count) {
        add(a.data(), a.offset(row, 0), b.data(), b.offset(row, 0), sum.data(), sum.offset(row, 0), count);
    }

    private static void add(
            MemorySegment a, long aAt, MemorySegment b, long bAt, MemorySegment sum, long sumAt, int count) {
        for (int i = 0; i < count; i += N) {
            FloatVector x = ((IntVector) ShortVector.fromMemorySegment(Lanes.S, a, aAt + 2L * i, Lanes.ORDER)
                            .convertShape(VectorOperators.ZERO_EXTEND_S2I, Lanes.I, 0))
                    .lanewise(VectorOperators.LSHL, 16)
                    .reinterpretAsFloats();
            FloatVector y = ((IntVector) ShortVector.fromMemorySegment(Lanes.S, b, bAt + 2L * i, Lanes.ORDER)
                            .convertShape(VectorOperators.ZERO_EXTEND_S2I, Lanes.I, 0))
                    .lanewise(VectorOperators.LSHL, 16)
                    .reinterpretAsFloats();
            FloatVector v = x.add(y);
            IntVector bits = v.reinterpretAsInts();
            bits = bits.add(0x7FFF)
                    .add(bits.lanewise(VectorOperators.LSHR, 16).and(1))
                    .lanewise(VectorOperators.LSHR, 16)
                    .blend(Lanes.NAN, v.compare(VectorOperators.NE, v).cast(Lanes.I));
            ((ShortVector) bits.convertShape(VectorOperators.I2S, Lanes.S, 0))
                    .intoMemorySegment(sum, sumAt + 2L * i, Lanes.ORDER);
        }
    }
}
