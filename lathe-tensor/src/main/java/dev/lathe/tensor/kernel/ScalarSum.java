package dev.lathe.tensor.kernel;

import java.lang.foreign.MemorySegment;

/** {@link SumKernel} in plain Java. */
record ScalarSum(Workers workers) implements SumKernel {
    @Override
    public void add(Matrix sum, Matrix addend) {
        requireShapes(sum, addend);
        RowParts.of(sum.rows(), sum.columns()).run(workers, (part, first, last) -> {
            for (long r = first; r < last; r++) {
                for (int c = 0; c < sum.width(); c++) {
                    sum.set(r, c, sum.get(r, c) + addend.get(r, c));
                }
            }
        });
    }

    @Override
    public void add(Matrix a, Matrix b, Matrix sum) {
        b.requireShapeOf(a);
        sum.requireShapeOf(a);
        RowParts.of(a.rows(), a.columns()).run(workers, (part, first, last) -> {
            for (long r = first; r < last; r++) {
                for (int c = 0; c < a.width(); c++) {
                    sum.set(r, c, a.get(r, c) + b.get(r, c));
                }
            }
        });
    }

    @Override
    public double squares(MemorySegment floats) {
        RowParts parts = RowParts.ofVector(floats.byteSize() / Float.BYTES);
        double[] sums = new double[parts.count()];
        parts.run(workers, (part, first, last) -> {
            for (long i = first; i < last; i++) {
                double value = Floats.get(floats, i);
                sums[part] += value * value;
            }
        });
        return addInOrder(sums);
    }

    @Override
    public double narrowSquares(MemorySegment numbers) {
        RowParts parts = RowParts.ofVector(numbers.byteSize() / Short.BYTES);
        double[] sums = new double[parts.count()];
        parts.run(workers, (part, first, last) -> {
            for (long i = first; i < last; i++) {
                double value = Bf16.get(numbers, i);
                sums[part] += value * value;
            }
        });
        return addInOrder(sums);
    }

    static void requireShapes(Matrix sum, Matrix addend) {
        addend.requireShapeOf(sum);
        if (sum.element() != Element.F32) {
            throw new IllegalArgumentException("sums are kept in F32, not " + sum.element());
        }
    }

    static double addInOrder(double[] sums) {
        double all = 0;
        for (double sum : sums) {
            all += sum;
        }
        return all;
    }
}
