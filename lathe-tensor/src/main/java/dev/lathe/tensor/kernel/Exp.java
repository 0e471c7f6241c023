package dev.lathe.tensor.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * e^x by lanes, within 1.01 ulp (every float32 was tried), the same bits on every CPU with fused
 * multiply-add, which {@code VectorOperators.EXP} does not promise. x = n·ln 2 + r, |r| ≤ ln 2 / 2, and a minimax
 * polynomial for e^r (relative error 3e-9, by Remez' exchange). Results below 2^-126 are 0: denormal numbers would cost
 * a hundred cycles each. Loops that go from memory to memory repeat these lines, since they must not call anything (see
 * {@link Lanes}).
 */
final class Exp {
    static final float LOG2_E = 1.44269504f;
    static final float LN2_HIGH = 0.693147182f;
    static final float LN2_LOW = -1.90465421e-9f; // ln 2 - LN2_HIGH
    static final float LEAST = -87.33654f; // the first above ln 2^-126
    static final float MOST = 88.72283f; // the last below ln 2^128
    static final float TO_INTEGER = 0x1.8p23f; // adding it rounds to an integer, in the lowest bits
    /** Coefficients of r⁶ down to r². */
    static final float C6 = 0.00138145402f;

    static final float C5 = 0.00836874511f;
    static final float C4 = 0.0416683908f;
    static final float C3 = 0.166665204f;
    static final float C2 = 0.499999934f;

    private Exp() {}

    /** to[at + i] = e^(factor · from[i] - shift) for whole vectors' worth of {@code count} numbers; returns their sum. */
    static float apply(float[] from, float factor, float shift, float[] to, int at, int count) {
        FloatVector sum = FloatVector.zero(Lanes.F);
        FloatVector scale = FloatVector.broadcast(Lanes.F, factor);
        FloatVector offset = FloatVector.broadcast(Lanes.F, -shift);
        FloatVector log2e = FloatVector.broadcast(Lanes.F, LOG2_E);
        FloatVector toInteger = FloatVector.broadcast(Lanes.F, TO_INTEGER);
        FloatVector ln2High = FloatVector.broadcast(Lanes.F, -LN2_HIGH);
        FloatVector ln2Low = FloatVector.broadcast(Lanes.F, -LN2_LOW);
        FloatVector c6 = FloatVector.broadcast(Lanes.F, C6);
        FloatVector c5 = FloatVector.broadcast(Lanes.F, C5);
        FloatVector c4 = FloatVector.broadcast(Lanes.F, C4);
        FloatVector c3 = FloatVector.broadcast(Lanes.F, C3);
        FloatVector c2 = FloatVector.broadcast(Lanes.F, C2);
        for (int i = 0; i < count; i += Lanes.N) {
            FloatVector x = FloatVector.fromArray(Lanes.F, from, i).fma(scale, offset);
            FloatVector shifted = x.fma(log2e, toInteger);
            FloatVector n = shifted.sub(toInteger);
            FloatVector r = n.fma(ln2Low, n.fma(ln2High, x));
            FloatVector p = r.fma(c6, c5);
            p = p.fma(r, c4);
            p = p.fma(r, c3);
            p = p.fma(r, c2);
            p = p.fma(r.mul(r), r).add(1);
            // Times 2^n: n stands in the lowest bits, and goes to the exponent.
            IntVector exponent = shifted.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23);
            FloatVector e = p.reinterpretAsInts().add(exponent).reinterpretAsFloats();
            // Not min and max of x: these take care of -0, which costs more. NaN takes the way of the infinite.
            e = x.add(Float.POSITIVE_INFINITY)
                    .blend(e, x.compare(VectorOperators.LE, MOST))
                    .blend(0, x.compare(VectorOperators.LT, LEAST));
            e.intoArray(to, at + i);
            sum = sum.add(e);
        }
        return Lanes.sum(sum.toArray());
    }
}
