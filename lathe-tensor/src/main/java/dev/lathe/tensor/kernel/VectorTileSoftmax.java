package dev.lathe.tensor.kernel;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
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
    static final float C4 = 0.009582854f;
    static final float C3 = 0.05590643f;
    static final float C2 = 0.240240991f;
    static final float C1 = 0.693124175f;
    /** What {@link Exp#TO_INTEGER} does, and the lowest bits are 127 more: an exponent's. */
    static final float TO_INTEGER = Exp.TO_INTEGER + 127;
    /** Its bits for -127 and less, of which the power becomes 0. */
    static final int LEAST = Float.floatToRawIntBits(Exp.TO_INTEGER);
    /** Of what is not seen. Not -∞, of which no rest could be taken. */
    private static final float HIDDEN = -1e30f;

    static final int HALF = 0x8000;
    static final int UPPER = 0xFFFF0000;
    private static final int ROOT_HALF = 0x3F3504F3;

    @Override
    public void most(long scores, boolean diagonal, int rows, float[] most) {
        if (diagonal) {
            hide(scores);
        }
        for (int c = 0; c < SIDE; c += 2 * N) {
            most(scores, c, diagonal ? c : 0, rows, most);
        }
    }

    /** Almost -∞ right of the diagonal, up to the end of the two columns of vectors that it goes through. */
    private static void hide(long scores) {
        FloatVector hidden = FloatVector.broadcast(Lanes.F, HIDDEN);
        for (int r = 0; r < SIDE; r++) {
            int c = r & -N;
            long at = scores + (r * SIDE + c) * 4L;
            FloatVector v = FloatVector.fromMemorySegment(Lanes.F, ALL, at, Lanes.ORDER);
            v.blend(hidden, LANES.compare(VectorOperators.GT, r - c).cast(Lanes.F))
                    .intoMemorySegment(ALL, at, Lanes.ORDER);
            if ((c & N) == 0) {
                hidden.intoMemorySegment(ALL, at + 4 * N, Lanes.ORDER);
            }
        }
    }

    /** Two columns of vectors. */
    private static void most(long scores, int column, int first, int rows, float[] most) {
        for (int r = first; r < rows; r++) {
            long at = scores + (r * SIDE + column) * 4L;
            FloatVector v = FloatVector.fromMemorySegment(Lanes.F, ALL, at, Lanes.ORDER);
            FloatVector w = FloatVector.fromMemorySegment(Lanes.F, ALL, at + 4 * N, Lanes.ORDER);
            FloatVector most0 = FloatVector.fromArray(Lanes.F, most, r * PARTS);
            most0 = most0.blend(v, v.compare(VectorOperators.GT, most0));
            most0.blend(w, w.compare(VectorOperators.GT, most0)).intoArray(most, r * PARTS);
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
        for (int c = 0; c < SIDE; c += 2 * N) {
            int first = diagonal ? c : 0;
            exps(scores + 4 * c, first, rows, factor, shift, p + 2 * c, 2 * stride, sums);
            clearNarrow(p + 2 * c, 2 * stride, Math.min(first, rows));
            clearNarrow(p + 2 * (c + N), 2 * stride, Math.min(first, rows));
        }
    }

    /** Two columns of vectors. */
    private static void exps(
            long scores, int first, int rows, float factor, float[] shift, long p, long step, float[] sums) {
        FloatVector scale = FloatVector.broadcast(Lanes.F, factor);
        FloatVector toInteger = FloatVector.broadcast(Lanes.F, TO_INTEGER);
        FloatVector c4 = FloatVector.broadcast(Lanes.F, C4);
        FloatVector c3 = FloatVector.broadcast(Lanes.F, C3);
        FloatVector c2 = FloatVector.broadcast(Lanes.F, C2);
        FloatVector c1 = FloatVector.broadcast(Lanes.F, C1);
        FloatVector one = FloatVector.broadcast(Lanes.F, 1);
        for (int r = first; r < rows; r++) {
            long at = scores + r * SIDE * 4L;
            FloatVector move = FloatVector.broadcast(Lanes.F, shift[r]);
            FloatVector x =
                    FloatVector.fromMemorySegment(Lanes.F, ALL, at, Lanes.ORDER).fma(scale, move);
            FloatVector shifted = x.add(toInteger);
            FloatVector f = x.sub(shifted.sub(toInteger));
            FloatVector e = f.fma(c4, c3)
                    .fma(f, c2)
                    .fma(f, c1)
                    .fma(f, one)
                    .mul(shifted.reinterpretAsInts()
                            .max(LEAST)
                            .lanewise(VectorOperators.LSHL, 23)
                            .reinterpretAsFloats());
            FloatVector y = FloatVector.fromMemorySegment(Lanes.F, ALL, at + 4 * N, Lanes.ORDER)
                    .fma(scale, move);
            FloatVector shiftedRight = y.add(toInteger);
            FloatVector g = y.sub(shiftedRight.sub(toInteger));
            FloatVector right = g.fma(c4, c3)
                    .fma(g, c2)
                    .fma(g, c1)
                    .fma(g, one)
                    .mul(shiftedRight
                            .reinterpretAsInts()
                            .max(LEAST)
                            .lanewise(VectorOperators.LSHL, 23)
                            .reinterpretAsFloats());
            e.add(right).add(FloatVector.fromArray(Lanes.F, sums, r * PARTS)).intoArray(sums, r * PARTS);
            IntVector bits = e.reinterpretAsInts().add(HALF).lanewise(VectorOperators.LSHR, 16);
            ((ShortVector) bits.convertShape(VectorOperators.I2S, Lanes.S, 0))
                    .intoMemorySegment(ALL, p + r * step, Lanes.ORDER);
            bits = right.reinterpretAsInts().add(HALF).lanewise(VectorOperators.LSHR, 16);
            ((ShortVector) bits.convertShape(VectorOperators.I2S, Lanes.S, 0))
                    .intoMemorySegment(ALL, p + r * step + 2 * N, Lanes.ORDER);
        }
    }

    /** Zeros in a column of vectors, down to a row. */
    private static void clearNarrow(long column, long step, int last) {
        ShortVector zero = ShortVector.zero(Lanes.S);
        for (int r = 0; r < last; r++) {
            zero.intoMemorySegment(ALL, column + r * step, Lanes.ORDER);
        }
    }

    @Override
    public void sum(float[] parts, int rows, float[] inverses, float[] logs) {
        for (int r = 0; r < rows; r++) {
            inverses[r] = Lanes.sum(parts, r * PARTS);
        }
        Arrays.fill(inverses, rows, SIDE, 1);
        finish(inverses, logs);
    }

    /** log(2^n m) = n + 2 artanh((m - 1) / (m + 1)) / ln 2, with m from √½ to √2, where the series' rest is below 4e-8. */
    private static void finish(float[] sums, float[] logs) {
        for (int i = 0; i < SIDE; i += N) {
            FloatVector v = FloatVector.fromArray(Lanes.F, sums, i);
            IntVector bits = v.reinterpretAsInts();
            IntVector n = bits.sub(ROOT_HALF).lanewise(VectorOperators.ASHR, 23);
            FloatVector m = bits.sub(n.lanewise(VectorOperators.LSHL, 23)).reinterpretAsFloats();
            FloatVector t = m.sub(1).div(m.add(1));
            FloatVector square = t.mul(t);
            FloatVector series = square.mul(2 * Exp.LOG2_E / 7)
                    .add(2 * Exp.LOG2_E / 5)
                    .mul(square)
                    .add(2 * Exp.LOG2_E / 3)
                    .mul(square)
                    .add(2 * Exp.LOG2_E)
                    .mul(t);
            ((FloatVector) n.convertShape(VectorOperators.I2F, Lanes.F, 0))
                    .add(series)
                    .add(v.sub(v)) // NaN for what is no number
                    .intoArray(logs, i);
            FloatVector.broadcast(Lanes.F, 1).div(v).intoArray(sums, i);
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
                        .lanewise(VectorOperators.LSHR, 16);
                ((ShortVector) bits.convertShape(VectorOperators.I2S, Lanes.S, 0))
                        .intoMemorySegment(ALL, out + r * outStep + 2L * c, Lanes.ORDER);
            }
        }
    }

    @Override
    public void dots(Matrix a, Matrix b, float[] dots) {
        int whole = a.width() & -(2 * N);
        float[] lanes = new float[N];
        long at = Addresses.of(a);
        long other = Addresses.of(b);
        for (int r = 0; r < a.rows(); r++) {
            dot(at + a.offset(r, 0), other + b.offset(r, 0), whole, lanes);
            dots[r] = Lanes.sum(lanes);
        }
        ScalarTileSoftmax.addDots(a, b, dots, whole);
    }

    /** A vector of integers is two numbers in every lane. */
    private static void dot(long a, long b, int count, float[] lanes) {
        FloatVector even = FloatVector.zero(Lanes.F);
        FloatVector odd = even;
        for (int i = 0; i < count; i += 2 * N) {
            IntVector v = IntVector.fromMemorySegment(Lanes.I, ALL, a + 2L * i, Lanes.ORDER);
            IntVector w = IntVector.fromMemorySegment(Lanes.I, ALL, b + 2L * i, Lanes.ORDER);
            even = v.lanewise(VectorOperators.LSHL, 16)
                    .reinterpretAsFloats()
                    .fma(w.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats(), even);
            odd = v.and(UPPER).reinterpretAsFloats().fma(w.and(UPPER).reinterpretAsFloats(), odd);
        }
        even.add(odd).intoArray(lanes, 0);
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
            VectorTileGradient.apply(
                    scores, dp, c, first, rows, factor, shift, along, p, ds, dsRows + 2L * c, 2 * stride);
            clearNarrow(dsRows + 2L * c, 2 * stride, first);
            for (long pairs : new long[] {p + 4L * c, ds + 4L * c}) {
                VectorTileGradient.clearPairs(pairs, 0, first);
                VectorTileGradient.clearPairs(pairs, rows, SIDE);
            }
        }
    }
}
