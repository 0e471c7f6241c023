package dev.lathe.tensor.kernel;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Products of a few vectors with rows of a matrix where it lies. A vector register of BF16 numbers is read as integers: their
 * upper halves are the numbers of odd index as float32, and shifted they are those of even index, so the vectors are kept with
 * the numbers of each such block apart. Vectors go in groups of four, with zeros where there are fewer: a row is then
 * widened once for all of them. Rows go in pairs, half of the rows apart: a core that follows two places in memory reads 22
 * GB/s where it reads 16 from neighbouring rows (two Sapphire Rapids cores, 25 GB/s at most).
 *
 * @param vectors of the vectors, their numbers in the order in which the loops read them
 * @param whole numbers that fill vector registers; the rest is added one by one
 */
record RowDots(float[][] vectors, Element element, int whole, int width) {
    private static final int N = Lanes.N;
    private static final int GROUP = 4;

    /** @param element of the matrix */
    static RowDots of(Matrix x, Element element) {
        int width = x.width();
        int rows = Math.toIntExact(x.rows());
        float[][] vectors = new float[rows <= 1 ? rows : (rows + GROUP - 1) / GROUP * GROUP][];
        for (int r = 0; r < vectors.length; r++) {
            vectors[r] = Lanes.array(width);
            if (r < rows) {
                Lanes.read(x, r, vectors[r]);
            }
        }
        return ordered(vectors, width, element);
    }

    private static RowDots ordered(float[][] vectors, int width, Element element) {
        int block = element == Element.BF16 ? 2 * N : N;
        int whole = width / block * block;
        if (element == Element.BF16) {
            float[] odd = new float[N];
            for (float[] vector : vectors) {
                for (int at = 0; at < whole; at += block) {
                    for (int i = 0; i < N; i++) {
                        odd[i] = vector[at + 2 * i + 1];
                        vector[at + i] = vector[at + 2 * i];
                    }
                    System.arraycopy(odd, 0, vector, at + N, N);
                }
            }
        }
        return new RowDots(vectors, element, whole, width);
    }

    /**
     * Rows {@code first} to {@code last}, exclusive.
     *
     * @param out of each vector its products with the rows, from index 0 on; as many vectors as there are rounded up
     */
    void run(Matrix weight, long first, long last, float[][] out) {
        int rows = (int) (last - first);
        float[] lanes = new float[2 * GROUP * N];
        for (int v = 0; v < vectors.length; v += GROUP) {
            pairs(weight, first, rows / 2, rows / 2, v, out, 0, lanes);
            if (rows % 2 == 1) {
                pairs(weight, last - 1, 0, 1, v, out, rows - 1, lanes); // with itself
            }
        }
        for (int v = 0; v < vectors.length && whole < width; v++) {
            for (int row = 0; row < rows; row++) {
                out[v][row] += rest(weight, first + row, vectors[v]);
            }
        }
    }

    /** Rows from {@code first} on and those {@code half} behind them, with the vectors from {@code v} on. */
    private void pairs(Matrix weight, long first, int half, int rows, int v, float[][] out, int at, float[] lanes) {
        long a = weight.offset(first, 0);
        long b = weight.offset(first + half, 0);
        long step = weight.offset(1, 0);
        boolean narrow = element == Element.BF16;
        if (vectors.length == 1 && narrow) {
            oneNarrow(weight.data(), a, b, step, rows, vectors[0], whole, out[0], at, half, lanes);
        } else if (vectors.length == 1) {
            oneWide(weight.data(), a, b, step, rows, vectors[0], whole, out[0], at, half, lanes);
        } else if (narrow) {
            fourNarrow(weight.data(), a, b, step, rows, vectors, v, whole, out, at, half, lanes);
        } else {
            fourWide(weight.data(), a, b, step, rows, vectors, v, whole, out, at, half, lanes);
        }
    }

    private float rest(Matrix weight, long row, float[] vector) {
        float sum = 0;
        for (int i = whole; i < width; i++) {
            sum = Math.fma(vector[i], weight.get(row, i), sum);
        }
        return sum;
    }

    private static void oneNarrow(
            MemorySegment w,
            long a,
            long b,
            long step,
            int rows,
            float[] x,
            int whole,
            float[] out,
            int at,
            int half,
            float[] lanes) {
        for (int row = at; row < at + rows; row++) {
            FloatVector p = FloatVector.zero(Lanes.F);
            FloatVector q = p;
            for (int i = 0; i < whole; i += 2 * N) {
                IntVector u = IntVector.fromMemorySegment(Lanes.I, w, a + 2L * i, Lanes.ORDER);
                IntVector v = IntVector.fromMemorySegment(Lanes.I, w, b + 2L * i, Lanes.ORDER);
                FloatVector even = FloatVector.fromArray(Lanes.F, x, i);
                FloatVector odd = FloatVector.fromArray(Lanes.F, x, i + N);
                p = u.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats().fma(even, p);
                q = v.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats().fma(even, q);
                p = u.and(0xFFFF0000).reinterpretAsFloats().fma(odd, p);
                q = v.and(0xFFFF0000).reinterpretAsFloats().fma(odd, q);
            }
            p.intoArray(lanes, 0);
            q.intoArray(lanes, N);
            out[row] = Lanes.sum(lanes, 0);
            out[row + half] = Lanes.sum(lanes, N);
            a += step;
            b += step;
        }
    }

    private static void oneWide(
            MemorySegment w,
            long a,
            long b,
            long step,
            int rows,
            float[] x,
            int whole,
            float[] out,
            int at,
            int half,
            float[] lanes) {
        for (int row = at; row < at + rows; row++) {
            FloatVector p = FloatVector.zero(Lanes.F);
            FloatVector q = p;
            for (int i = 0; i < whole; i += N) {
                FloatVector y = FloatVector.fromArray(Lanes.F, x, i);
                p = FloatVector.fromMemorySegment(Lanes.F, w, a + 4L * i, Lanes.ORDER)
                        .fma(y, p);
                q = FloatVector.fromMemorySegment(Lanes.F, w, b + 4L * i, Lanes.ORDER)
                        .fma(y, q);
            }
            p.intoArray(lanes, 0);
            q.intoArray(lanes, N);
            out[row] = Lanes.sum(lanes, 0);
            out[row + half] = Lanes.sum(lanes, N);
            a += step;
            b += step;
        }
    }

    private static void fourNarrow(
            MemorySegment w,
            long a,
            long b,
            long step,
            int rows,
            float[][] vectors,
            int first,
            int whole,
            float[][] out,
            int at,
            int half,
            float[] lanes) {
        float[] x0 = vectors[first];
        float[] x1 = vectors[first + 1];
        float[] x2 = vectors[first + 2];
        float[] x3 = vectors[first + 3];
        for (int row = at; row < at + rows; row++) {
            FloatVector a0 = FloatVector.zero(Lanes.F);
            FloatVector a1 = a0;
            FloatVector a2 = a0;
            FloatVector a3 = a0;
            FloatVector b0 = a0;
            FloatVector b1 = a0;
            FloatVector b2 = a0;
            FloatVector b3 = a0;
            for (int i = 0; i < whole; i += 2 * N) {
                IntVector u = IntVector.fromMemorySegment(Lanes.I, w, a + 2L * i, Lanes.ORDER);
                IntVector v = IntVector.fromMemorySegment(Lanes.I, w, b + 2L * i, Lanes.ORDER);
                FloatVector s = u.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
                FloatVector t = v.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
                FloatVector even = FloatVector.fromArray(Lanes.F, x0, i);
                a0 = s.fma(even, a0);
                b0 = t.fma(even, b0);
                even = FloatVector.fromArray(Lanes.F, x1, i);
                a1 = s.fma(even, a1);
                b1 = t.fma(even, b1);
                even = FloatVector.fromArray(Lanes.F, x2, i);
                a2 = s.fma(even, a2);
                b2 = t.fma(even, b2);
                even = FloatVector.fromArray(Lanes.F, x3, i);
                a3 = s.fma(even, a3);
                b3 = t.fma(even, b3);
                s = u.and(0xFFFF0000).reinterpretAsFloats();
                t = v.and(0xFFFF0000).reinterpretAsFloats();
                FloatVector odd = FloatVector.fromArray(Lanes.F, x0, i + N);
                a0 = s.fma(odd, a0);
                b0 = t.fma(odd, b0);
                odd = FloatVector.fromArray(Lanes.F, x1, i + N);
                a1 = s.fma(odd, a1);
                b1 = t.fma(odd, b1);
                odd = FloatVector.fromArray(Lanes.F, x2, i + N);
                a2 = s.fma(odd, a2);
                b2 = t.fma(odd, b2);
                odd = FloatVector.fromArray(Lanes.F, x3, i + N);
                a3 = s.fma(odd, a3);
                b3 = t.fma(odd, b3);
            }
            a0.intoArray(lanes, 0);
            a1.intoArray(lanes, N);
            a2.intoArray(lanes, 2 * N);
            a3.intoArray(lanes, 3 * N);
            b0.intoArray(lanes, 4 * N);
            b1.intoArray(lanes, 5 * N);
            b2.intoArray(lanes, 6 * N);
            b3.intoArray(lanes, 7 * N);
            for (int k = 0; k < GROUP; k++) {
                out[first + k][row] = Lanes.sum(lanes, k * N);
                out[first + k][row + half] = Lanes.sum(lanes, (GROUP + k) * N);
            }
            a += step;
            b += step;
        }
    }

    private static void fourWide(
            MemorySegment w,
            long a,
            long b,
            long step,
            int rows,
            float[][] vectors,
            int first,
            int whole,
            float[][] out,
            int at,
            int half,
            float[] lanes) {
        float[] x0 = vectors[first];
        float[] x1 = vectors[first + 1];
        float[] x2 = vectors[first + 2];
        float[] x3 = vectors[first + 3];
        for (int row = at; row < at + rows; row++) {
            FloatVector a0 = FloatVector.zero(Lanes.F);
            FloatVector a1 = a0;
            FloatVector a2 = a0;
            FloatVector a3 = a0;
            FloatVector b0 = a0;
            FloatVector b1 = a0;
            FloatVector b2 = a0;
            FloatVector b3 = a0;
            for (int i = 0; i < whole; i += N) {
                FloatVector s = FloatVector.fromMemorySegment(Lanes.F, w, a + 4L * i, Lanes.ORDER);
                FloatVector t = FloatVector.fromMemorySegment(Lanes.F, w, b + 4L * i, Lanes.ORDER);
                FloatVector y = FloatVector.fromArray(Lanes.F, x0, i);
                a0 = s.fma(y, a0);
                b0 = t.fma(y, b0);
                y = FloatVector.fromArray(Lanes.F, x1, i);
                a1 = s.fma(y, a1);
                b1 = t.fma(y, b1);
                y = FloatVector.fromArray(Lanes.F, x2, i);
                a2 = s.fma(y, a2);
                b2 = t.fma(y, b2);
                y = FloatVector.fromArray(Lanes.F, x3, i);
                a3 = s.fma(y, a3);
                b3 = t.fma(y, b3);
            }
            a0.intoArray(lanes, 0);
            a1.intoArray(lanes, N);
            a2.intoArray(lanes, 2 * N);
            a3.intoArray(lanes, 3 * N);
            b0.intoArray(lanes, 4 * N);
            b1.intoArray(lanes, 5 * N);
            b2.intoArray(lanes, 6 * N);
            b3.intoArray(lanes, 7 * N);
            for (int k = 0; k < GROUP; k++) {
                out[first + k][row] = Lanes.sum(lanes, k * N);
                out[first + k][row + half] = Lanes.sum(lanes, (GROUP + k) * N);
            }
            a += step;
            b += step;
        }
    }
}
