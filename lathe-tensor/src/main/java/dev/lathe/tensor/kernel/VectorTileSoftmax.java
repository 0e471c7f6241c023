package dev.lathe.tensor.kernel;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * {@link TileSoftmaxKernel} with vectors, down one column of vectors after the other, so that a column begins at the diagonal.
 *
 * <p>2^x is 2^n (1 + f q(f)), n the nearest integer and f what is left of x, with an error of 3e-6 (polynomial by least squares,
 * reweighted until the errors are even): what becomes of it is rounded to 4e-3. So is the rounding itself one addition:
 * a tie, one number of 65,536, goes away from zero. NaN stays NaN as long as it came from BF16 or from arithmetic.
 */
record VectorTileSoftmax() implements TileSoftmaxKernel {
    private static final int N = Lanes.N;
    private static final MemorySegment ALL = Addresses.ALL;
    private static final IntVector LANES = IntVector.zero(Lanes.I).addIndex(1);
    private static final float C4 = 0.009582854f;
    private static final float C3 = 0.05590643f;
    private static final float C2 = 0.240240991f;
    private static final float C1 = 0.693124175f;
    private static final float LEAST = -126;
    private static final int HALF = 0x8000;
    private static final int UPPER = 0xFFFF0000;

    @Override
    public void most(long scores, boolean diagonal, int rows, float[] most) {
        if (diagonal) {
            hide(scores);
        }
        for (int c = 0; c < SIDE; c += N) {
            most(scores, c, diagonal ? c : 0, rows, most);
        }
    }

    /** -∞ right of the diagonal, up to the end of the vector that it goes through. */
    private static void hide(long scores) {
        for (int r = 0; r < SIDE; r++) {
            int c = r & -N;
            long at = (r * SIDE + c) * 4L;
            FloatVector v = FloatVector.fromMemorySegment(Lanes.F, ALL, scores + at, Lanes.ORDER);
            VectorMask<Float> hidden = LANES.compare(VectorOperators.GT, r - c).cast(Lanes.F);
            v.blend(Float.NEGATIVE_INFINITY, hidden).intoMemorySegment(ALL, scores + at, Lanes.ORDER);
        }
    }

    private static void most(long scores, int column, int first, int rows, float[] most) {
        for (int r = first; r < rows; r++) {
            FloatVector v = FloatVector.fromMemorySegment(Lanes.F, ALL, scores + (r * SIDE + column) * 4L, Lanes.ORDER);
            FloatVector before = FloatVector.fromArray(Lanes.F, most, r * PARTS);
            before.blend(v, v.compare(VectorOperators.GT, before)).intoArray(most, r * PARTS);
        }
    }

    @Override
    public void most(float[] parts, int rows, float[] most) {
        for (int r = 0; r < rows; r++) {
            // As integers in the same order: the maximum of floats has to mind NaN and -0.
            IntVector bits = FloatVector.fromArray(Lanes.F, parts, r * PARTS).reinterpretAsInts();
            int largest = bits.lanewise(
                            VectorOperators.XOR,
                            bits.lanewise(VectorOperators.ASHR, 31).and(0x7FFFFFFF))
                    .reduceLanes(VectorOperators.MAX);
            most[r] = Float.intBitsToFloat(largest ^ (largest >> 31 & 0x7FFFFFFF));
        }
    }

    @Override
    public void exps(
            long scores, boolean diagonal, int rows, float factor, float[] shift, long p, long stride, float[] sums) {
        for (int c = 0; c < SIDE; c += N) {
            int first = diagonal ? c : 0;
            exps(scores, c, first, rows, factor, shift, p + 2L * c, 2 * stride, sums);
            clearNarrow(p + 2L * c, 2 * stride, Math.min(first, rows));
        }
    }

    private static void exps(
            long scores,
            int column,
            int first,
            int rows,
            float factor,
            float[] shift,
            long p,
            long step,
            float[] sums) {
        FloatVector scale = FloatVector.broadcast(Lanes.F, factor);
        FloatVector toInteger = FloatVector.broadcast(Lanes.F, Exp.TO_INTEGER);
        FloatVector c4 = FloatVector.broadcast(Lanes.F, C4);
        FloatVector c3 = FloatVector.broadcast(Lanes.F, C3);
        FloatVector c2 = FloatVector.broadcast(Lanes.F, C2);
        FloatVector c1 = FloatVector.broadcast(Lanes.F, C1);
        FloatVector one = FloatVector.broadcast(Lanes.F, 1);
        for (int r = first; r < rows; r++) {
            int at = r * SIDE + column;
            FloatVector x = FloatVector.fromMemorySegment(Lanes.F, ALL, scores + at * 4L, Lanes.ORDER)
                    .fma(scale, FloatVector.broadcast(Lanes.F, shift[r]));
            FloatVector shifted = x.add(toInteger);
            FloatVector f = x.sub(shifted.sub(toInteger));
            FloatVector e = f.fma(c4, c3).fma(f, c2).fma(f, c1).fma(f, one);
            // Times 2^n: n stands in the lowest bits, and goes to the exponent.
            e = e.reinterpretAsInts()
                    .add(shifted.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23))
                    .reinterpretAsFloats()
                    .blend(0, x.compare(VectorOperators.LT, LEAST));
            e.add(FloatVector.fromArray(Lanes.F, sums, r * PARTS)).intoArray(sums, r * PARTS);
            IntVector bits = e.reinterpretAsInts().add(HALF).lanewise(VectorOperators.LSHR, 16);
            ((ShortVector) bits.convertShape(VectorOperators.I2S, Lanes.S, 0))
                    .intoMemorySegment(ALL, p + r * step, Lanes.ORDER);
        }
    }

    /** Zeros in a column of vectors, down to a row. */
    private static void clearNarrow(long column, long step, int last) {
        ShortVector zero = ShortVector.zero(Lanes.S);
        for (int r = 0; r < last; r++) {
            zero.intoMemorySegment(ALL, column + r * step, Lanes.ORDER);
        }
    }

    /** The same in pairs of rows of a tile. */
    private static void clearPairs(long column, int first, int last) {
        IntVector zero = IntVector.zero(Lanes.I);
        for (int r = first; r < last; r += 2) {
            zero.intoMemorySegment(ALL, column + r / 2 * SIDE * 4L, Lanes.ORDER);
        }
    }

    @Override
    public void sum(float[] parts, int rows, float[] sums) {
        for (int r = 0; r < rows; r++) {
            sums[r] = Lanes.sum(parts, r * PARTS);
        }
    }

    @Override
    public void put(long sums, long stride, float[] factors, Matrix out) {
        int whole = out.width() & -N;
        put(sums, 4 * stride, factors, whole, (int) out.rows(), Addresses.of(out), 2 * out.rowStride());
        ScalarTileSoftmax.put(sums, stride, factors, out, whole);
    }

    private static void put(long sums, long step, float[] factors, int columns, int rows, long out, long outStep) {
        for (int c = 0; c < columns; c += N) {
            for (int r = 0; r < rows; r++) {
                FloatVector v = FloatVector.fromMemorySegment(Lanes.F, ALL, sums + r * step + 4L * c, Lanes.ORDER)
                        .mul(factors[r]);
                IntVector bits = v.reinterpretAsInts();
                bits = bits.add(0x7FFF)
                        .add(bits.lanewise(VectorOperators.LSHR, 16).and(1))
                        .lanewise(VectorOperators.LSHR, 16)
                        .blend(Lanes.NAN, v.compare(VectorOperators.NE, v).cast(Lanes.I));
                ((ShortVector) bits.convertShape(VectorOperators.I2S, Lanes.S, 0))
                        .intoMemorySegment(ALL, out + r * outStep + 2L * c, Lanes.ORDER);
            }
        }
    }

    @Override
    public void dots(Matrix a, Matrix b, float[] dots) {
        int whole = a.width() & -N;
        int rows = (int) a.rows();
        float[] lanes = new float[rows * N];
        for (int c = 0; c < whole; c += N) {
            addDots(
                    Addresses.of(a) + 2L * c,
                    2 * a.rowStride(),
                    Addresses.of(b) + 2L * c,
                    2 * b.rowStride(),
                    rows,
                    lanes);
        }
        for (int r = 0; r < rows; r++) {
            dots[r] = Lanes.sum(lanes, r * N);
        }
        ScalarTileSoftmax.addDots(a, b, dots, whole);
    }

    /** A column of vectors. */
    private static void addDots(long a, long aStep, long b, long bStep, int rows, float[] lanes) {
        for (int r = 0; r < rows; r++) {
            FloatVector v = ((IntVector) ShortVector.fromMemorySegment(Lanes.S, ALL, a + r * aStep, Lanes.ORDER)
                            .convertShape(VectorOperators.ZERO_EXTEND_S2I, Lanes.I, 0))
                    .lanewise(VectorOperators.LSHL, 16)
                    .reinterpretAsFloats();
            FloatVector w = ((IntVector) ShortVector.fromMemorySegment(Lanes.S, ALL, b + r * bStep, Lanes.ORDER)
                            .convertShape(VectorOperators.ZERO_EXTEND_S2I, Lanes.I, 0))
                    .lanewise(VectorOperators.LSHL, 16)
                    .reinterpretAsFloats();
            v.fma(w, FloatVector.fromArray(Lanes.F, lanes, r * N)).intoArray(lanes, r * N);
        }
    }

    @Override
    public void gradients(
            long scores,
            long dp,
            boolean diagonal,
            int rows,
            float factor,
            float[] shift,
            float[] along,
            long p,
            long ds,
            long dsRows,
            long stride) {
        if (diagonal) {
            hide(scores);
        }
        for (int c = 0; c < SIDE; c += N) {
            int first = Math.min(rows, diagonal ? c : 0);
            gradients(scores, dp, c, first, rows, factor, shift, along, p, ds, dsRows + 2L * c, 2 * stride);
            clearNarrow(dsRows + 2L * c, 2 * stride, first);
            for (long pairs : new long[] {p + 4L * c, ds + 4L * c}) {
                clearPairs(pairs, 0, first);
                clearPairs(pairs, rows, SIDE);
            }
        }
    }

    /** Two rows at a time. */
    private static void gradients(
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
        FloatVector toInteger = FloatVector.broadcast(Lanes.F, Exp.TO_INTEGER);
        FloatVector c4 = FloatVector.broadcast(Lanes.F, C4);
        FloatVector c3 = FloatVector.broadcast(Lanes.F, C3);
        FloatVector c2 = FloatVector.broadcast(Lanes.F, C2);
        FloatVector c1 = FloatVector.broadcast(Lanes.F, C1);
        FloatVector one = FloatVector.broadcast(Lanes.F, 1);
        for (int r = first; r < rows; r += 2) {
            int at = r * SIDE + column;
            FloatVector x = FloatVector.fromMemorySegment(Lanes.F, ALL, scores + at * 4L, Lanes.ORDER)
                    .fma(scale, FloatVector.broadcast(Lanes.F, shift[r]));
            FloatVector shifted = x.add(toInteger);
            FloatVector f = x.sub(shifted.sub(toInteger));
            FloatVector e = f.fma(c4, c3).fma(f, c2).fma(f, c1).fma(f, one);
            e = e.reinterpretAsInts()
                    .add(shifted.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23))
                    .reinterpretAsFloats()
                    .blend(0, x.compare(VectorOperators.LT, LEAST));
            FloatVector y = FloatVector.fromMemorySegment(Lanes.F, ALL, scores + (at + SIDE) * 4L, Lanes.ORDER)
                    .fma(scale, FloatVector.broadcast(Lanes.F, shift[r + 1]));
            FloatVector shiftedLower = y.add(toInteger);
            FloatVector g = y.sub(shiftedLower.sub(toInteger));
            FloatVector lower = g.fma(c4, c3).fma(g, c2).fma(g, c1).fma(g, one);
            lower = lower.reinterpretAsInts()
                    .add(shiftedLower.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23))
                    .reinterpretAsFloats()
                    .blend(0, y.compare(VectorOperators.LT, LEAST));
            long pair = (r / 2 * SIDE + column) * 4L;
            e.reinterpretAsInts()
                    .add(HALF)
                    .lanewise(VectorOperators.LSHR, 16)
                    .or(lower.reinterpretAsInts().add(HALF).and(UPPER))
                    .intoMemorySegment(ALL, p + pair, Lanes.ORDER);
            IntVector upperBits = FloatVector.fromMemorySegment(Lanes.F, ALL, dp + at * 4L, Lanes.ORDER)
                    .sub(FloatVector.broadcast(Lanes.F, along[r]))
                    .mul(e)
                    .reinterpretAsInts()
                    .add(HALF)
                    .lanewise(VectorOperators.LSHR, 16);
            IntVector lowerBits = FloatVector.fromMemorySegment(Lanes.F, ALL, dp + (at + SIDE) * 4L, Lanes.ORDER)
                    .sub(FloatVector.broadcast(Lanes.F, along[r + 1]))
                    .mul(lower)
                    .reinterpretAsInts()
                    .add(HALF);
            upperBits.or(lowerBits.and(UPPER)).intoMemorySegment(ALL, ds + pair, Lanes.ORDER);
            ((ShortVector) upperBits.convertShape(VectorOperators.I2S, Lanes.S, 0))
                    .intoMemorySegment(ALL, dsRows + r * step, Lanes.ORDER);
            ((ShortVector) lowerBits.lanewise(VectorOperators.LSHR, 16).convertShape(VectorOperators.I2S, Lanes.S, 0))
                    .intoMemorySegment(ALL, dsRows + (r + 1) * step, Lanes.ORDER);
        }
    }
}
