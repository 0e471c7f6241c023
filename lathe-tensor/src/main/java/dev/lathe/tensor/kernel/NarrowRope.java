package dev.lathe.tensor.kernel;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;

/** The loop of {@link VectorRope} over BF16 where half of what is rotated fills vectors (see {@link Lanes}). */
final class NarrowRope {
    private static final int N = Lanes.N;

    private NarrowRope() {}

    /** A row; the tables are rounded. */
    static void rotate(Matrix x, long row, int headDim, int half, float[] c, float[] s) {
        rotate(x.data(), x.offset(row, 0), x.width(), headDim, half, c, s);
    }

    /** Heads innermost, as in {@link VectorRope}. */
    private static void rotate(MemorySegment x, long at, int width, int headDim, int half, float[] c, float[] s) {
        for (int i = 0; i < half; i += N) {
            FloatVector cos = FloatVector.fromArray(Lanes.F, c, i);
            FloatVector sin = FloatVector.fromArray(Lanes.F, s, i);
            long first = at + 2L * i;
            long second = first + 2L * half;
            for (int head = 0; head < width; head += headDim) {
                FloatVector a = ((IntVector) ShortVector.fromMemorySegment(Lanes.S, x, first + 2L * head, Lanes.ORDER)
                                .convertShape(VectorOperators.ZERO_EXTEND_S2I, Lanes.I, 0))
                        .lanewise(VectorOperators.LSHL, 16)
                        .reinterpretAsFloats();
                FloatVector b = ((IntVector) ShortVector.fromMemorySegment(Lanes.S, x, second + 2L * head, Lanes.ORDER)
                                .convertShape(VectorOperators.ZERO_EXTEND_S2I, Lanes.I, 0))
                        .lanewise(VectorOperators.LSHL, 16)
                        .reinterpretAsFloats();
                IntVector aCos = a.mul(cos).reinterpretAsInts();
                IntVector bCos = b.mul(cos).reinterpretAsInts();
                aCos = aCos.add(0x7FFF)
                        .add(aCos.lanewise(VectorOperators.LSHR, 16).and(1));
                bCos = bCos.add(0x7FFF)
                        .add(bCos.lanewise(VectorOperators.LSHR, 16).and(1));
                FloatVector left = b.neg().fma(sin, aCos.and(0xFFFF0000).reinterpretAsFloats());
                FloatVector right = a.fma(sin, bCos.and(0xFFFF0000).reinterpretAsFloats());
                IntVector leftBits = left.reinterpretAsInts();
                leftBits = leftBits.add(0x7FFF)
                        .add(leftBits.lanewise(VectorOperators.LSHR, 16).and(1))
                        .lanewise(VectorOperators.LSHR, 16)
                        .blend(Lanes.NAN, left.compare(VectorOperators.NE, left).cast(Lanes.I));
                ((ShortVector) leftBits.convertShape(VectorOperators.I2S, Lanes.S, 0))
                        .intoMemorySegment(x, first + 2L * head, Lanes.ORDER);
                IntVector rightBits = right.reinterpretAsInts();
                rightBits = rightBits
                        .add(0x7FFF)
                        .add(rightBits.lanewise(VectorOperators.LSHR, 16).and(1))
                        .lanewise(VectorOperators.LSHR, 16)
                        .blend(
                                Lanes.NAN,
                                right.compare(VectorOperators.NE, right).cast(Lanes.I));
                ((ShortVector) rightBits.convertShape(VectorOperators.I2S, Lanes.S, 0))
                        .intoMemorySegment(x, second + 2L * head, Lanes.ORDER);
            }
        }
    }
}
