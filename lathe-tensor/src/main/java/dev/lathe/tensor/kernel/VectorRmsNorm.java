package dev.lathe.tensor.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * {@link RmsNormKernel} a row at a time: read once, kept in the first cache, written once. Rows of BF16 that fill vectors, which
 * models have, are computed where they lie ({@link NarrowRmsNorm}).
 */
record VectorRmsNorm(Workers workers) implements RmsNormKernel {
    private static final int N = Lanes.N;

    @Override
    public void forward(Matrix x, Matrix weight, float epsilon, Matrix y, MemorySegment rstd) {
        RmsNormShapes.check(x, weight, y, rstd);
        boolean narrow = Lanes.whole(x.width(), x, y) == x.width();
        RowParts.of(x.rows(), x.columns()).run(workers, (part, first, last) -> {
            float[] w = Lanes.array(x.width());
            Lanes.read(weight, 0, w);
            if (narrow) {
                for (long r = first; r < last; r++) {
                    normalize(x, r, epsilon, w, y, rstd);
                }
                return;
            }
            float[] row = Lanes.array(x.width());
            for (long r = first; r < last; r++) {
                Lanes.read(x, r, row);
                float scale = rstd(row, x.width(), epsilon);
                Floats.set(rstd, r, scale);
                scale(row, scale, w, Rounding.of(x.element()));
                Lanes.write(row, y, r);
            }
        });
    }

    @Override
    public void forward(
            Matrix x, Matrix branch, Matrix weight, float epsilon, Matrix sum, Matrix y, MemorySegment rstd) {
        RmsNormShapes.check(x, weight, y, rstd);
        branch.requireShapeOf(x);
        sum.requireShapeOf(x);
        boolean narrow = Lanes.whole(x.width(), x, branch, sum, y) == x.width();
        RowParts.of(x.rows(), x.columns()).run(workers, (part, first, last) -> {
            float[] w = Lanes.array(x.width());
            Lanes.read(weight, 0, w);
            if (narrow) {
                for (long r = first; r < last; r++) {
                    NarrowSum.add(x, branch, sum, r, x.width());
                    normalize(sum, r, epsilon, w, y, rstd);
                }
                return;
            }
            float[] row = Lanes.array(x.width());
            float[] added = Lanes.array(x.width());
            for (long r = first; r < last; r++) {
                Lanes.read(x, r, row);
                Lanes.read(branch, r, added);
                add(row, added, Rounding.of(sum.element()));
                Lanes.write(row, sum, r);
                float scale = rstd(row, x.width(), epsilon);
                Floats.set(rstd, r, scale);
                scale(row, scale, w, Rounding.of(sum.element()));
                Lanes.write(row, y, r);
            }
        });
    }

    @Override
    public void backward(Matrix dy, Matrix x, Matrix weight, MemorySegment rstd, Optional<Matrix> addend, Matrix dx) {
        RmsNormShapes.check(dy, x, weight, rstd, dx);
        Gradient gradient = Gradient.of(dy, x, weight, rstd, addend, dx);
        RowParts.of(x.rows(), x.columns())
                .run(workers, (part, first, last) -> gradient.rows(first, last, new float[0]));
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
        Gradient gradient = Gradient.of(dy, x, weight, rstd, addend, dx);
        RowParts parts = RowParts.atMost(RmsNormShapes.MOST_PARTS, x.rows(), x.columns());
        float[][] sums = new float[parts.count()][];
        parts.run(workers, (part, first, last) -> {
            float[] sum = Lanes.array(x.width());
            gradient.rows(first, last, sum);
            sums[part] = sum;
        });
        RmsNormShapes.addInOrder(sums, x.width(), dWeight);
    }

    private static void normalize(Matrix x, long row, float epsilon, float[] w, Matrix y, MemorySegment rstd) {
        float scale = rstd(NarrowRmsNorm.squares(x, row), x.width(), epsilon);
        Floats.set(rstd, row, scale);
        NarrowRmsNorm.scale(x, scale, w, y, row);
    }

    private static float rstd(float squares, int width, float epsilon) {
        return 1 / (float) Math.sqrt(squares / width + epsilon);
    }

    /**
     * The arguments of a call.
     *
     * @param added the addend, or a row for all that changes nothing: a loop less, and 5 % slower than one without it
     */
    private record Gradient(
            Matrix dy, Matrix x, Matrix weight, MemorySegment rstd, Optional<Matrix> addend, Matrix added, Matrix dx) {
        static Gradient of(Matrix dy, Matrix x, Matrix weight, MemorySegment rstd, Optional<Matrix> addend, Matrix dx) {
            return new Gradient(dy, x, weight, rstd, addend, addend.orElseGet(() -> nothing(x.width())), dx);
        }

        /** -0, to which every number can be added and is what it was; 0 would make a 0 of a -0. */
        private static Matrix nothing(int width) {
            Matrix row = Matrix.of(Arena.ofAuto().allocate((long) Short.BYTES * width), Element.BF16, 1, width);
            for (int c = 0; c < width; c++) {
                row.set(0, c, -0f);
            }
            return row;
        }

        void rows(long first, long last, float[] dWeight) {
            int width = x.width();
            float[] w = Lanes.array(width);
            Lanes.read(weight, 0, w);
            if (Lanes.whole(width, dy, x, added, dx) == width) {
                for (long r = first; r < last; r++) {
                    narrowRow(r, w, dWeight);
                }
                return;
            }
            float[] unit = Lanes.array(width);
            float[] d = Lanes.array(width);
            for (long r = first; r < last; r++) {
                float scale = Floats.get(rstd, r);
                Lanes.read(x, r, unit);
                Lanes.read(dy, r, d);
                multiply(unit, scale);
                if (dWeight.length > 0) {
                    addProduct(dWeight, d, unit);
                }
                float along = scaledDot(d, w, unit) / width;
                subtractAlong(d, unit, along, scale);
                if (addend.isPresent()) {
                    Lanes.read(addend.get(), r, unit);
                    add(d, unit);
                }
                Lanes.write(d, dx, r);
            }
        }

        private void narrowRow(long row, float[] w, float[] dWeight) {
            float scale = Floats.get(rstd, row);
            if (dWeight.length > 0) {
                NarrowRmsNorm.addProduct(dy, x, scale, dWeight, row);
            }
            float along = NarrowRmsNorm.along(dy, x, scale, w, row) / x.width();
            NarrowRmsNorm.gradient(dy, x, scale, w, along, added, addend.isPresent() ? row : 0, dx, row);
        }
    }

    private static void add(float[] row, float[] added, Rounding rounding) {
        for (int i = 0; i < row.length; i += N) {
            FloatVector sum = FloatVector.fromArray(Lanes.F, row, i).add(FloatVector.fromArray(Lanes.F, added, i));
            IntVector bits = sum.reinterpretAsInts();
            bits = bits.add(rounding.half())
                    .add(bits.lanewise(VectorOperators.LSHR, 16).and(rounding.odd()));
            bits.and(rounding.kept()).reinterpretAsFloats().intoArray(row, i);
        }
    }

    private static void add(float[] row, float[] added) {
        for (int i = 0; i < row.length; i += N) {
            FloatVector.fromArray(Lanes.F, row, i)
                    .add(FloatVector.fromArray(Lanes.F, added, i))
                    .intoArray(row, i);
        }
    }

    private static float rstd(float[] row, int width, float epsilon) {
        FloatVector a = FloatVector.zero(Lanes.F);
        FloatVector b = a;
        int i = 0;
        for (; i < row.length - N; i += 2 * N) { // two sums: one would wait for its own last addition
            FloatVector v = FloatVector.fromArray(Lanes.F, row, i);
            FloatVector w = FloatVector.fromArray(Lanes.F, row, i + N);
            a = v.fma(v, a);
            b = w.fma(w, b);
        }
        if (i < row.length) {
            FloatVector v = FloatVector.fromArray(Lanes.F, row, i);
            a = v.fma(v, a);
        }
        return rstd(Lanes.sum(a.add(b).toArray()), width, epsilon);
    }

    private static void scale(float[] row, float scale, float[] w, Rounding rounding) {
        for (int i = 0; i < row.length; i += N) {
            FloatVector unit = FloatVector.fromArray(Lanes.F, row, i).mul(scale);
            IntVector bits = unit.reinterpretAsInts();
            bits = bits.add(rounding.half())
                    .add(bits.lanewise(VectorOperators.LSHR, 16).and(rounding.odd()));
            unit = bits.and(rounding.kept()).reinterpretAsFloats();
            unit.mul(FloatVector.fromArray(Lanes.F, w, i)).intoArray(row, i);
        }
    }

    private static void multiply(float[] row, float factor) {
        for (int i = 0; i < row.length; i += N) {
            FloatVector.fromArray(Lanes.F, row, i).mul(factor).intoArray(row, i);
        }
    }

    private static void addProduct(float[] sum, float[] a, float[] b) {
        for (int i = 0; i < sum.length; i += N) {
            FloatVector.fromArray(Lanes.F, a, i)
                    .fma(FloatVector.fromArray(Lanes.F, b, i), FloatVector.fromArray(Lanes.F, sum, i))
                    .intoArray(sum, i);
        }
    }

    /** d *= w; returns d · unit. */
    private static float scaledDot(float[] d, float[] w, float[] unit) {
        FloatVector a = FloatVector.zero(Lanes.F);
        for (int i = 0; i < d.length; i += N) {
            FloatVector v = FloatVector.fromArray(Lanes.F, d, i).mul(FloatVector.fromArray(Lanes.F, w, i));
            v.intoArray(d, i);
            a = v.fma(FloatVector.fromArray(Lanes.F, unit, i), a);
        }
        return Lanes.sum(a.toArray());
    }

    private static void subtractAlong(float[] d, float[] unit, float along, float scale) {
        for (int i = 0; i < d.length; i += N) {
            FloatVector u = FloatVector.fromArray(Lanes.F, unit, i);
            u.fma(FloatVector.broadcast(Lanes.F, -along), FloatVector.fromArray(Lanes.F, d, i))
                    .mul(scale)
                    .intoArray(d, i);
        }
    }
}
