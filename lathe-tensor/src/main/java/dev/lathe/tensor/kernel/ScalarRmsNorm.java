package dev.lathe.tensor.kernel;

import java.lang.foreign.MemorySegment;
import java.util.Optional;

/** {@link RmsNormKernel} in plain Java. */
record ScalarRmsNorm(Workers workers) implements RmsNormKernel {
    @Override
    public void forward(Matrix x, Matrix weight, float epsilon, Matrix y, MemorySegment rstd) {
        RmsNormShapes.check(x, weight, y, rstd);
        RowParts.of(x.rows(), x.columns()).run(workers, (part, first, last) -> {
            for (long r = first; r < last; r++) {
                norm(x, r, weight, epsilon, y, rstd);
            }
        });
    }

    @Override
    public void forward(
            Matrix x, Matrix branch, Matrix weight, float epsilon, Matrix sum, Matrix y, MemorySegment rstd) {
        RmsNormShapes.check(x, weight, y, rstd);
        branch.requireShapeOf(x);
        sum.requireShapeOf(x);
        RowParts.of(x.rows(), x.columns()).run(workers, (part, first, last) -> {
            for (long r = first; r < last; r++) {
                for (int c = 0; c < x.width(); c++) {
                    sum.set(r, c, x.get(r, c) + branch.get(r, c));
                }
                norm(sum, r, weight, epsilon, y, rstd);
            }
        });
    }

    private static void norm(Matrix x, long r, Matrix weight, float epsilon, Matrix y, MemorySegment rstd) {
        double squares = 0;
        for (int c = 0; c < x.width(); c++) {
            double value = x.get(r, c);
            squares += value * value;
        }
        float scale = 1 / (float) Math.sqrt((float) (squares / x.width()) + epsilon);
        Floats.set(rstd, r, scale);
        for (int c = 0; c < x.width(); c++) {
            y.set(r, c, Bf16.round(x.get(r, c) * scale, x.element()) * weight.get(0, c));
        }
    }

    @Override
    public void backward(Matrix dy, Matrix x, Matrix weight, MemorySegment rstd, Optional<Matrix> addend, Matrix dx) {
        RmsNormShapes.check(dy, x, weight, rstd, dx);
        RowParts.of(x.rows(), x.columns())
                .run(workers, (part, first, last) -> new Gradient(dy, x, weight, rstd, addend, dx)
                        .rows(first, last, new float[0]));
    }

    @Override
    public void backward(
            Matrix dy,
            Matrix x,
            Matrix weight,
            MemorySegment rstd,
            Optional<Matrix> addend,
            Matrix dx,
            MemorySegment dWeight) {
        RmsNormShapes.check(dy, x, weight, rstd, dx);
        Floats.require(dWeight, x.columns());
        RowParts parts = RowParts.atMost(RmsNormShapes.MOST_PARTS, x.rows(), x.columns());
        float[][] sums = new float[parts.count()][];
        parts.run(workers, (part, first, last) -> {
            float[] sum = new float[x.width()];
            new Gradient(dy, x, weight, rstd, addend, dx).rows(first, last, sum);
            sums[part] = sum;
        });
        RmsNormShapes.addInOrder(sums, x.width(), dWeight);
    }

    /** The arguments of a call. */
    private record Gradient(
            Matrix dy, Matrix x, Matrix weight, MemorySegment rstd, Optional<Matrix> addend, Matrix dx) {
        void rows(long first, long last, float[] dWeight) {
            for (long r = first; r < last; r++) {
                float scale = Floats.get(rstd, r);
                double along = 0;
                for (int c = 0; c < x.width(); c++) {
                    float unit = x.get(r, c) * scale;
                    along += dy.get(r, c) * weight.get(0, c) * unit;
                    if (dWeight.length > 0) {
                        dWeight[c] += dy.get(r, c) * unit;
                    }
                }
                along /= x.width();
                for (int c = 0; c < x.width(); c++) {
                    float unit = x.get(r, c) * scale;
                    float gradient = (dy.get(r, c) * weight.get(0, c) - unit * (float) along) * scale;
                    dx.set(r, c, gradient + (addend.isPresent() ? addend.get().get(r, c) : 0));
                }
            }
        }
    }
}
