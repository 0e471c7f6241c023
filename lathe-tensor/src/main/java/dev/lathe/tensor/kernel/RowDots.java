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

    /** Takes a result: vector {@code v} times row {@code row}. */
    interface Sink {
        void put(int v, long row, float dot);
    }

    /**
     * Rows {@code first} to {@code last}, exclusive.
     *
     * @param count of the vectors whose results are wanted
     */
    void run(Matrix weight, long first, long last, int count, Sink sink) {
        float[] lanes = new float[2 * GROUP * N];
        long half = (last - first + 1) / 2;
        for (long r = first; r < first + half; r++) {
            long other = Math.min(r + half, last - 1);
            for (int v = 0; v < count; v += GROUP) {
                two(weight, weight.offset(r, 0), weight.offset(other, 0), v, lanes);
                for (int i = 0; i < Math.min(GROUP, count - v); i++) {
                    sink.put(v + i, r, Lanes.sum(lanes, i * N) + rest(weight, r, vectors[v + i]));
                    sink.put(v + i, other, Lanes.sum(lanes, (GROUP + i) * N) + rest(weight, other, vectors[v + i]));
                }
            }
        }
    }

    /** Rows at {@code a} and at {@code b} with the vectors from {@code v} on. */
    private void two(Matrix weight, long a, long b, int v, float[] lanes) {
        float[] x = vectors[v];
        boolean narrow = element == Element.BF16;
        if (vectors.length == 1 && narrow) {
            oneNarrow(weight.data(), a, b, x, whole, lanes);
        } else if (vectors.length == 1) {
            oneWide(weight.data(), a, b, x, whole, lanes);
        } else if (narrow) {
            fourNarrow(weight.data(), a, b, x, vectors[v + 1], vectors[v + 2], vectors[v + 3], whole, lanes);
        } else {
            fourWide(weight.data(), a, b, x, vectors[v + 1], vectors[v + 2], vectors[v + 3], whole, lanes);
        }
    }

    private float rest(Matrix weight, long row, float[] vector) {
        float sum = 0;
        for (int i = whole; i < width; i++) {
            sum = Math.fma(vector[i], weight.get(row, i), sum);
        }
        return sum;
    }

    private static void oneNarrow(MemorySegment w, long a, long b, float[] x, int whole, float[] lanes) {
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
        q.intoArray(lanes, GROUP * N);
    }

    private static void oneWide(MemorySegment w, long a, long b, float[] x, int whole, float[] lanes) {
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
        q.intoArray(lanes, GROUP * N);
    }

    private static void fourNarrow(
            MemorySegment w, long a, long b, float[] x0, float[] x1, float[] x2, float[] x3, int whole, float[] lanes) {
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
    }

    private static void fourWide(
            MemorySegment w, long a, long b, float[] x0, float[] x1, float[] x2, float[] x3, int whole, float[] lanes) {
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
    }
}
