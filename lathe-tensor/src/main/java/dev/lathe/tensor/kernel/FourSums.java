package dev.lathe.tensor.kernel;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Sums over i of {@code weights[k][i]} times the {@link #block} numbers at {@code at + i * step} bytes, for four k at once, so
 * that every number is read and widened for four products. A lane is one sum: nothing is added up across lanes.
 */
record FourSums(Element element, MemorySegment memory) {
    /** How many k are computed at once. */
    static final int FOUR = 4;

    private static final int N = Lanes.N;

    /** Numbers side by side: one load from memory. */
    static int block(Element element) {
        return element == Element.BF16 ? 2 * N : N;
    }

    /** The sums for {@code first} to {@code first + 3}, written to the same rows of {@code to} from {@code column} on. */
    void write(long at, long step, int count, float[][] weights, int first, float[][] to, int column) {
        float[] lanes = new float[2 * FOUR * N];
        float[] x = weights[first];
        if (element == Element.BF16) {
            narrow(memory, at, step, count, x, weights[first + 1], weights[first + 2], weights[first + 3], lanes);
        } else {
            wide(memory, at, step, count, x, weights[first + 1], weights[first + 2], weights[first + 3], lanes);
        }
        for (int k = 0; k < FOUR; k++) {
            if (element == Element.BF16) {
                interleave(lanes, 2 * N * k, to[first + k], column);
            } else {
                System.arraycopy(lanes, N * k, to[first + k], column, N);
            }
        }
    }

    /** Numbers of even index, then those of odd index, put in order. */
    private static void interleave(float[] lanes, int from, float[] to, int at) {
        for (int i = 0; i < N; i++) {
            to[at + 2 * i] = lanes[from + i];
            to[at + 2 * i + 1] = lanes[from + N + i];
        }
    }

    /** A vector of integers is two numbers in every lane: of each k the sums of even index, then those of odd index. */
    private static void narrow(
            MemorySegment memory,
            long at,
            long step,
            int count,
            float[] x0,
            float[] x1,
            float[] x2,
            float[] x3,
            float[] lanes) {
        FloatVector a = FloatVector.zero(Lanes.F);
        FloatVector b = a;
        FloatVector c = a;
        FloatVector d = a;
        FloatVector a1 = a;
        FloatVector b1 = a;
        FloatVector c1 = a;
        FloatVector d1 = a;
        for (int i = 0; i < count; i++) {
            IntVector u = IntVector.fromMemorySegment(Lanes.I, memory, at + i * step, Lanes.ORDER);
            FloatVector even = u.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
            FloatVector odd = u.and(0xFFFF0000).reinterpretAsFloats();
            FloatVector x = FloatVector.broadcast(Lanes.F, x0[i]);
            a = even.fma(x, a);
            a1 = odd.fma(x, a1);
            x = FloatVector.broadcast(Lanes.F, x1[i]);
            b = even.fma(x, b);
            b1 = odd.fma(x, b1);
            x = FloatVector.broadcast(Lanes.F, x2[i]);
            c = even.fma(x, c);
            c1 = odd.fma(x, c1);
            x = FloatVector.broadcast(Lanes.F, x3[i]);
            d = even.fma(x, d);
            d1 = odd.fma(x, d1);
        }
        a.intoArray(lanes, 0);
        a1.intoArray(lanes, N);
        b.intoArray(lanes, 2 * N);
        b1.intoArray(lanes, 3 * N);
        c.intoArray(lanes, 4 * N);
        c1.intoArray(lanes, 5 * N);
        d.intoArray(lanes, 6 * N);
        d1.intoArray(lanes, 7 * N);
    }

    private static void wide(
            MemorySegment memory,
            long at,
            long step,
            int count,
            float[] x0,
            float[] x1,
            float[] x2,
            float[] x3,
            float[] lanes) {
        FloatVector a = FloatVector.zero(Lanes.F);
        FloatVector b = a;
        FloatVector c = a;
        FloatVector d = a;
        for (int i = 0; i < count; i++) {
            FloatVector v = FloatVector.fromMemorySegment(Lanes.F, memory, at + i * step, Lanes.ORDER);
            a = v.fma(FloatVector.broadcast(Lanes.F, x0[i]), a);
            b = v.fma(FloatVector.broadcast(Lanes.F, x1[i]), b);
            c = v.fma(FloatVector.broadcast(Lanes.F, x2[i]), c);
            d = v.fma(FloatVector.broadcast(Lanes.F, x3[i]), d);
        }
        a.intoArray(lanes, 0);
        b.intoArray(lanes, N);
        c.intoArray(lanes, 2 * N);
        d.intoArray(lanes, 3 * N);
    }
}
