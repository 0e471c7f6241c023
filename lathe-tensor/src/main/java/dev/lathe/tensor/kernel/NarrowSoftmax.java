package dev.lathe.tensor.kernel;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * {@link VectorSoftmax} for BF16 rows that fill vectors (see {@link Lanes}), as those of attention do. The vector in which the
 * seen part of a row ends is read and written whole; what is not seen is left out between.
 */
final class NarrowSoftmax {
    private static final int N = Lanes.N;
    private static final IntVector LANES = IntVector.zero(Lanes.I).addIndex(1);

    private NarrowSoftmax() {}

    /** Whether all are BF16 and their rows fill vectors. */
    static boolean fits(Matrix... matrices) {
        int width = matrices[0].width();
        return width > 0 && Lanes.whole(width, matrices) == width;
    }

    /** Rows {@code first} to {@code last}, exclusive. */
    static void forward(
            Matrix scores,
            CausalRows causal,
            float scale,
            Matrix probabilities,
            MemorySegment lse,
            long first,
            long last) {
        float[] row = new float[scores.width()];
        for (long r = first; r < last; r++) {
            int seen = causal.visible(r, scores.columns());
            float most = scale * most(scores.data(), scores.offset(r, 0), seen, row);
            float sum = Exp.apply(row, scale, most, row, 0, seen);
            Floats.set(lse, r, most + (float) Math.log(sum));
            write(row, 0, 1 / sum, seen, probabilities.data(), probabilities.offset(r, 0));
            clear(probabilities, r, seen);
        }
    }

    /** Rows {@code first} to {@code last}, exclusive. */
    static void backward(
            Matrix scores,
            CausalRows causal,
            float scale,
            MemorySegment lse,
            Matrix dProbabilities,
            Matrix probabilities,
            Matrix dScores,
            long first,
            long last) {
        float[] row = new float[scores.width()];
        MemorySegment dp = dProbabilities.data();
        for (long r = first; r < last; r++) {
            int seen = causal.visible(r, scores.columns());
            long dpAt = dProbabilities.offset(r, 0);
            float shift = Floats.get(lse, r);
            float along = exps(scores.data(), scores.offset(r, 0), scale, shift, dp, dpAt, seen, row);
            long at = probabilities.offset(r, 0);
            gradients(
                    row, along, scale, dp, dpAt, seen, probabilities.data(), at, dScores.data(), dScores.offset(r, 0));
            clear(probabilities, r, seen);
            clear(dScores, r, seen);
        }
    }

    /**
     * Copies {@code seen} scores, at least one, to {@code out} and -∞ up to the end of their last vector; returns the
     * largest.
     */
    static float most(MemorySegment scores, long at, int seen, float[] out) {
        int last = (seen - 1) & -N;
        FloatVector v = ((IntVector) ShortVector.fromMemorySegment(Lanes.S, scores, at + 2L * last, Lanes.ORDER)
                        .convertShape(VectorOperators.ZERO_EXTEND_S2I, Lanes.I, 0))
                .lanewise(VectorOperators.LSHL, 16)
                .reinterpretAsFloats();
        v = v.blend(
                Float.NEGATIVE_INFINITY,
                LANES.compare(VectorOperators.GE, seen - last).cast(Lanes.F));
        v.intoArray(out, last);
        FloatVector most = FloatVector.broadcast(Lanes.F, Float.NEGATIVE_INFINITY);
        most = most.blend(v, v.compare(VectorOperators.GT, most)); // passes NaN over
        for (int i = 0; i < last; i += N) {
            FloatVector w = ((IntVector) ShortVector.fromMemorySegment(Lanes.S, scores, at + 2L * i, Lanes.ORDER)
                            .convertShape(VectorOperators.ZERO_EXTEND_S2I, Lanes.I, 0))
                    .lanewise(VectorOperators.LSHL, 16)
                    .reinterpretAsFloats();
            w.intoArray(out, i);
            most = most.blend(w, w.compare(VectorOperators.GT, most));
        }
        // As integers in the same order, which takes 17 ns less a row: the maximum of floats has to mind NaN and -0.
        IntVector bits = most.reinterpretAsInts();
        int largest = bits.lanewise(
                        VectorOperators.XOR,
                        bits.lanewise(VectorOperators.ASHR, 31).and(0x7FFFFFFF))
                .reduceLanes(VectorOperators.MAX);
        return Float.intBitsToFloat(largest ^ (largest >> 31 & 0x7FFFFFFF));
    }

    /** Writes {@code factor} times the numbers from {@code start} on, whole vectors' worth of {@code count}. */
    static void write(float[] from, int start, float factor, int count, MemorySegment to, long at) {
        FloatVector scale = FloatVector.broadcast(Lanes.F, factor);
        for (int i = 0; i < count; i += N) {
            FloatVector v = FloatVector.fromArray(Lanes.F, from, start + i).mul(scale);
            IntVector bits = v.reinterpretAsInts();
            bits = bits.add(0x7FFF)
                    .add(bits.lanewise(VectorOperators.LSHR, 16).and(1))
                    .lanewise(VectorOperators.LSHR, 16)
                    .blend(Lanes.NAN, v.compare(VectorOperators.NE, v).cast(Lanes.I));
            ((ShortVector) bits.convertShape(VectorOperators.I2S, Lanes.S, 0))
                    .intoMemorySegment(to, at + 2L * i, Lanes.ORDER);
        }
    }

    /**
     * p = e^(scale · scores - lse), 0 for what is not seen, for whole vectors' worth of {@code seen} numbers; returns
     * p · d.
     */
    private static float exps(
            MemorySegment scores, long at, float scale, float lse, MemorySegment d, long dAt, int seen, float[] ps) {
        FloatVector log2e = FloatVector.broadcast(Lanes.F, Exp.LOG2_E);
        FloatVector toInteger = FloatVector.broadcast(Lanes.F, Exp.TO_INTEGER);
        FloatVector ln2High = FloatVector.broadcast(Lanes.F, -Exp.LN2_HIGH);
        FloatVector ln2Low = FloatVector.broadcast(Lanes.F, -Exp.LN2_LOW);
        FloatVector c6 = FloatVector.broadcast(Lanes.F, Exp.C6);
        FloatVector c5 = FloatVector.broadcast(Lanes.F, Exp.C5);
        FloatVector c4 = FloatVector.broadcast(Lanes.F, Exp.C4);
        FloatVector c3 = FloatVector.broadcast(Lanes.F, Exp.C3);
        FloatVector c2 = FloatVector.broadcast(Lanes.F, Exp.C2);
        FloatVector factor = FloatVector.broadcast(Lanes.F, scale);
        FloatVector offset = FloatVector.broadcast(Lanes.F, -lse);
        FloatVector sum = FloatVector.zero(Lanes.F);
        for (int i = 0; i < seen; i += N) {
            VectorMask<Float> hidden =
                    LANES.compare(VectorOperators.GE, seen - i).cast(Lanes.F);
            FloatVector score = ((IntVector) ShortVector.fromMemorySegment(Lanes.S, scores, at + 2L * i, Lanes.ORDER)
                            .convertShape(VectorOperators.ZERO_EXTEND_S2I, Lanes.I, 0))
                    .lanewise(VectorOperators.LSHL, 16)
                    .reinterpretAsFloats();
            FloatVector x = score.fma(factor, offset).blend(Float.NEGATIVE_INFINITY, hidden);
            FloatVector shifted = x.fma(log2e, toInteger);
            FloatVector n = shifted.sub(toInteger);
            FloatVector r = n.fma(ln2Low, n.fma(ln2High, x));
            FloatVector p = r.fma(c6, c5);
            p = p.fma(r, c4);
            p = p.fma(r, c3);
            p = p.fma(r, c2);
            p = p.fma(r.mul(r), r).add(1);
            IntVector exponent = shifted.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23);
            FloatVector e = p.reinterpretAsInts().add(exponent).reinterpretAsFloats();
            e = x.add(Float.POSITIVE_INFINITY)
                    .blend(e, x.compare(VectorOperators.LE, Exp.MOST))
                    .blend(0, x.compare(VectorOperators.LT, Exp.LEAST));
            e.intoArray(ps, i);
            FloatVector dp = ((IntVector) ShortVector.fromMemorySegment(Lanes.S, d, dAt + 2L * i, Lanes.ORDER)
                            .convertShape(VectorOperators.ZERO_EXTEND_S2I, Lanes.I, 0))
                    .lanewise(VectorOperators.LSHL, 16)
                    .reinterpretAsFloats();
            sum = e.fma(dp.blend(0, hidden), sum);
        }
        return Lanes.sum(sum.toArray());
    }

    /** Writes p, and dS = scale · p ∘ (dP - along), for whole vectors' worth of {@code count} numbers. */
    private static void gradients(
            float[] from,
            float along,
            float scale,
            MemorySegment dp,
            long dpAt,
            int count,
            MemorySegment p,
            long pAt,
            MemorySegment ds,
            long dsAt) {
        for (int i = 0; i < count; i += N) {
            FloatVector v = ((IntVector) ShortVector.fromMemorySegment(Lanes.S, dp, dpAt + 2L * i, Lanes.ORDER)
                            .convertShape(VectorOperators.ZERO_EXTEND_S2I, Lanes.I, 0))
                    .lanewise(VectorOperators.LSHL, 16)
                    .reinterpretAsFloats();
            FloatVector probability = FloatVector.fromArray(Lanes.F, from, i);
            FloatVector gradient = v.sub(along).mul(probability).mul(scale);
            IntVector bits = probability.reinterpretAsInts();
            bits = bits.add(0x7FFF)
                    .add(bits.lanewise(VectorOperators.LSHR, 16).and(1))
                    .lanewise(VectorOperators.LSHR, 16)
                    .blend(
                            Lanes.NAN,
                            probability.compare(VectorOperators.NE, probability).cast(Lanes.I));
            ((ShortVector) bits.convertShape(VectorOperators.I2S, Lanes.S, 0))
                    .intoMemorySegment(p, pAt + 2L * i, Lanes.ORDER);
            IntVector gradientBits = gradient.reinterpretAsInts();
            gradientBits = gradientBits
                    .add(0x7FFF)
                    .add(gradientBits.lanewise(VectorOperators.LSHR, 16).and(1))
                    .lanewise(VectorOperators.LSHR, 16)
                    .blend(
                            Lanes.NAN,
                            gradient.compare(VectorOperators.NE, gradient).cast(Lanes.I));
            ((ShortVector) gradientBits.convertShape(VectorOperators.I2S, Lanes.S, 0))
                    .intoMemorySegment(ds, dsAt + 2L * i, Lanes.ORDER);
        }
    }

    /** Writes zeros from {@code first} to the end of the row. */
    private static void clear(Matrix matrix, long row, int first) {
        MemorySegment data = matrix.data();
        long at = matrix.offset(row, 0);
        int begun = first & -N;
        if (begun < first) {
            ShortVector v = ShortVector.fromMemorySegment(Lanes.S, data, at + 2L * begun, Lanes.ORDER);
            v.blend((short) 0, LANES.compare(VectorOperators.GE, first - begun).cast(Lanes.S))
                    .intoMemorySegment(data, at + 2L * begun, Lanes.ORDER);
        }
        ShortVector zero = ShortVector.zero(Lanes.S);
        for (int i = (first + N - 1) & -N; i < matrix.width(); i += N) {
            zero.intoMemorySegment(data, at + 2L * i, Lanes.ORDER);
        }
    }
}
