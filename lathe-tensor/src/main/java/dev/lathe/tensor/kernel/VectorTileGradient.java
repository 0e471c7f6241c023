package dev.lathe.tensor.kernel;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;

/** The loop of {@link VectorTileSoftmax}'s gradient: powers as there. */
final class VectorTileGradient {
    private static final int SIDE = TileSoftmaxKernel.SIDE;
    private static final MemorySegment ALL = Addresses.ALL;

    private VectorTileGradient() {}

    /** Zeros in a column of vectors of pairs, from one row of the tile down to another. */
    static void clearPairs(long column, int first, int last) {
        IntVector zero = IntVector.zero(Lanes.I);
        for (int r = first; r < last; r += 2) {
            zero.intoMemorySegment(ALL, column + r / 2 * SIDE * 4L, Lanes.ORDER);
        }
    }

    /** A column of vectors, two rows at a time: {@code dsRows} begins with the column, the others with the tile. */
    static void apply(
            long scores,
            long dp,
            int column,
            int first,
            int rows,
            float factor,
            float[] shift,
            float[] along,
            long p,
            long ds,
            long dsRows,
            long step) {
        FloatVector scale = FloatVector.broadcast(Lanes.F, factor);
        FloatVector toInteger = FloatVector.broadcast(Lanes.F, VectorTileSoftmax.TO_INTEGER);
        FloatVector c4 = FloatVector.broadcast(Lanes.F, VectorTileSoftmax.C4);
        FloatVector c3 = FloatVector.broadcast(Lanes.F, VectorTileSoftmax.C3);
        FloatVector c2 = FloatVector.broadcast(Lanes.F, VectorTileSoftmax.C2);
        FloatVector c1 = FloatVector.broadcast(Lanes.F, VectorTileSoftmax.C1);
        FloatVector one = FloatVector.broadcast(Lanes.F, 1);
        for (int r = first; r < rows; r += 2) {
            int at = r * SIDE + column;
            FloatVector x = FloatVector.fromMemorySegment(Lanes.F, ALL, scores + at * 4L, Lanes.ORDER)
                    .fma(scale, FloatVector.broadcast(Lanes.F, shift[r]));
            FloatVector shifted = x.add(toInteger);
            FloatVector f = x.sub(shifted.sub(toInteger));
            FloatVector e = f.fma(c4, c3)
                    .fma(f, c2)
                    .fma(f, c1)
                    .fma(f, one)
                    .mul(shifted.reinterpretAsInts()
                            .max(VectorTileSoftmax.LEAST)
                            .lanewise(VectorOperators.LSHL, 23)
                            .reinterpretAsFloats());
            FloatVector y = FloatVector.fromMemorySegment(Lanes.F, ALL, scores + (at + SIDE) * 4L, Lanes.ORDER)
                    .fma(scale, FloatVector.broadcast(Lanes.F, shift[r + 1]));
            FloatVector shiftedLower = y.add(toInteger);
            FloatVector g = y.sub(shiftedLower.sub(toInteger));
            FloatVector lower = g.fma(c4, c3)
                    .fma(g, c2)
                    .fma(g, c1)
                    .fma(g, one)
                    .mul(shiftedLower
                            .reinterpretAsInts()
                            .max(VectorTileSoftmax.LEAST)
                            .lanewise(VectorOperators.LSHL, 23)
                            .reinterpretAsFloats());
            long pair = (r / 2 * SIDE + column) * 4L;
            e.reinterpretAsInts()
                    .add(VectorTileSoftmax.HALF)
                    .lanewise(VectorOperators.LSHR, 16)
                    .or(lower.reinterpretAsInts().add(VectorTileSoftmax.HALF).and(VectorTileSoftmax.UPPER))
                    .intoMemorySegment(ALL, p + pair, Lanes.ORDER);
            IntVector upperBits = FloatVector.fromMemorySegment(Lanes.F, ALL, dp + at * 4L, Lanes.ORDER)
                    .sub(FloatVector.broadcast(Lanes.F, along[r]))
                    .mul(e)
                    .reinterpretAsInts()
                    .add(VectorTileSoftmax.HALF)
                    .lanewise(VectorOperators.LSHR, 16);
            IntVector lowerBits = FloatVector.fromMemorySegment(Lanes.F, ALL, dp + (at + SIDE) * 4L, Lanes.ORDER)
                    .sub(FloatVector.broadcast(Lanes.F, along[r + 1]))
                    .mul(lower)
                    .reinterpretAsInts()
                    .add(VectorTileSoftmax.HALF);
            upperBits.or(lowerBits.and(VectorTileSoftmax.UPPER)).intoMemorySegment(ALL, ds + pair, Lanes.ORDER);
            ((ShortVector) upperBits.convertShape(VectorOperators.I2S, Lanes.S, 0))
                    .intoMemorySegment(ALL, dsRows + r * step, Lanes.ORDER);
            ((ShortVector) lowerBits.lanewise(VectorOperators.LSHR, 16).convertShape(VectorOperators.I2S, Lanes.S, 0))
                    .intoMemorySegment(ALL, dsRows + (r + 1) * step, Lanes.ORDER);
        }
    }
}
