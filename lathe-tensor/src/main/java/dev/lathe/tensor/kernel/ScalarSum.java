package dev.lathe.tensor.kernel;

import java.lang.foreign.MemorySegment;
import java.util.function.LongToDoubleFunction;

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
        return squares(floats.byteSize() / Float.BYTES, i -> Floats.get(floats, i));
    }

    @Override
    public double narrowSquares(MemorySegment numbers) {
        return squares(numbers.byteSize() / Short.BYTES, i -> Bf16.get(numbers, i));
    }

    private double squares(long count, LongToDoubleFunction number) {
        return RowParts.ofVector(count).sum(workers, (first, last) -> {
            double sum = 0;
            for (long i = first; i < last; i++) {
                double value = number.applyAsDouble(i);
                sum += value * value;
            }
            return sum;
        });
    }

    static void requireShapes(Matrix sum, Matrix addend) {
        addend.requireShapeOf(sum);
        if (sum.element() != Element.F32) {
            throw new IllegalArgumentException("sums are kept in F32, not " + sum.element());
        }
    }
}
