package dev.lathe.tensor.kernel;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;

/** {@link SumKernel} straight on memory. */
record VectorSum(Workers workers) implements SumKernel {
    private static final int N = Lanes.N;

    @Override
    public void add(Matrix sum, Matrix addend) {
        ScalarSum.requireShapes(sum, addend);
        RowParts.of(sum.rows(), sum.columns()).run(workers, (part, first, last) -> {
            for (long r = first; r < last; r++) {
                int whole = sum.width() & -N;
                if (addend.element() == Element.BF16) {
                    addNarrow(sum.data(), sum.offset(r, 0), addend.data(), addend.offset(r, 0), whole);
                } else {
                    addWide(sum.data(), sum.offset(r, 0), addend.data(), addend.offset(r, 0), whole);
                }
                for (int c = whole; c < sum.width(); c++) {
                    sum.set(r, c, sum.get(r, c) + addend.get(r, c));
                }
            }
        });
    }

    private static void addNarrow(MemorySegment sum, long offset, MemorySegment addend, long from, int count) {
        for (int i = 0; i < count; i += N) {
            IntVector bits = (IntVector) ShortVector.fromMemorySegment(Lanes.S, addend, from + 2L * i, Lanes.ORDER)
                    .convertShape(VectorOperators.ZERO_EXTEND_S2I, Lanes.I, 0);
            FloatVector.fromMemorySegment(Lanes.F, sum, offset + 4L * i, Lanes.ORDER)
                    .add(bits.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats())
                    .intoMemorySegment(sum, offset + 4L * i, Lanes.ORDER);
        }
    }

    private static void addWide(MemorySegment sum, long offset, MemorySegment addend, long from, int count) {
        for (int i = 0; i < count; i += N) {
            FloatVector.fromMemorySegment(Lanes.F, sum, offset + 4L * i, Lanes.ORDER)
                    .add(FloatVector.fromMemorySegment(Lanes.F, addend, from + 4L * i, Lanes.ORDER))
                    .intoMemorySegment(sum, offset + 4L * i, Lanes.ORDER);
        }
    }

    @Override
    public void add(Matrix a, Matrix b, Matrix sum) {
        b.requireShapeOf(a);
        sum.requireShapeOf(a);
        RowParts.of(a.rows(), a.columns()).run(workers, (part, first, last) -> {
            int whole = Lanes.whole(a.width(), a, b, sum);
            int rest = a.width() - whole;
            float[] row = Lanes.array(rest);
            float[] other = Lanes.array(rest);
            for (long r = first; r < last; r++) {
                NarrowSum.add(a, b, sum, r, whole);
                Lanes.read(a, r, whole, rest, row);
                Lanes.read(b, r, whole, rest, other);
                add(row, other);
                Lanes.write(row, sum, r, whole, rest);
            }
        });
    }

    private static void add(float[] row, float[] other) {
        for (int i = 0; i < row.length; i += N) {
            FloatVector.fromArray(Lanes.F, row, i)
                    .add(FloatVector.fromArray(Lanes.F, other, i))
                    .intoArray(row, i);
        }
    }

    @Override
    public double squares(MemorySegment floats) {
        return RowParts.ofVector(floats.byteSize() / Float.BYTES).sum(workers, (first, last) -> {
            double sum = 0;
            for (long from = first; from < last; from += STRETCH) {
                sum += squares(floats, from, (int) Math.min(STRETCH, last - from));
            }
            return sum;
        });
    }

    @Override
    public double narrowSquares(MemorySegment numbers) {
        return RowParts.ofVector(numbers.byteSize() / Short.BYTES).sum(workers, (first, last) -> {
            float[] stretch = Lanes.array(STRETCH);
            double sum = 0;
            for (long from = first; from < last; from += STRETCH) {
                int count = (int) Math.min(STRETCH, last - from);
                Lanes.widen(numbers, from * Short.BYTES, count, stretch);
                sum += squares(stretch, count);
            }
            return sum;
        });
    }

    private static double squares(MemorySegment floats, long from, int count) {
        FloatVector a = FloatVector.zero(Lanes.F);
        FloatVector b = a;
        int pairs = count & -(2 * N);
        for (int i = 0; i < pairs; i += 2 * N) {
            FloatVector v = FloatVector.fromMemorySegment(Lanes.F, floats, (from + i) * Float.BYTES, Lanes.ORDER);
            FloatVector w = FloatVector.fromMemorySegment(Lanes.F, floats, (from + i + N) * Float.BYTES, Lanes.ORDER);
            a = v.fma(v, a);
            b = w.fma(w, b);
        }
        double sum = Lanes.sum(a.add(b).toArray());
        for (int i = pairs; i < count; i++) {
            double value = Floats.get(floats, from + i);
            sum += value * value;
        }
        return sum;
    }

    /** The same sums in the same order: memory in the heap and outside of it in one loop would make it slow for both. */
    private static double squares(float[] floats, int count) {
        FloatVector a = FloatVector.zero(Lanes.F);
        FloatVector b = a;
        int pairs = count & -(2 * N);
        for (int i = 0; i < pairs; i += 2 * N) {
            FloatVector v = FloatVector.fromArray(Lanes.F, floats, i);
            FloatVector w = FloatVector.fromArray(Lanes.F, floats, i + N);
            a = v.fma(v, a);
            b = w.fma(w, b);
        }
        double sum = Lanes.sum(a.add(b).toArray());
        for (int i = pairs; i < count; i++) {
            double value = floats[i];
            sum += value * value;
        }
        return sum;
    }
}
