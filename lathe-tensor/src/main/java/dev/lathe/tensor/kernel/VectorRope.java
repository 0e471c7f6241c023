package dev.lathe.tensor.kernel;

import dev.lathe.tensor.DType;
import jdk.incubator.vector.FloatVector;

/** {@link RopeKernel} a row at a time. */
record VectorRope(Workers workers) implements RopeKernel {
    private static final int N = Lanes.N;

    @Override
    public void rotate(Matrix x, Matrix cos, Matrix sin, int headDim, int direction) {
        RopeKernel.requireShapes(x, cos, sin, headDim, direction);
        int half = cos.width();
        Rounding rounding = Rounding.of(x.dtype());
        RowParts.of(x.rows(), x.columns()).run(workers, (part, first, last) -> {
            float[] row = Lanes.array(x.width());
            float[] c = Lanes.array(half);
            float[] s = Lanes.array(half);
            for (long r = first; r < last; r++) {
                Lanes.read(x, r, row);
                Lanes.read(cos, r, c);
                Lanes.read(sin, r, s);
                prepare(c, 1, rounding);
                prepare(s, direction, rounding);
                for (int head = 0; head < x.width(); head += headDim) {
                    rotate(row, head, half, c, s, rounding);
                    rotateRest(row, head, half, c, s, x.dtype());
                }
                Lanes.write(row, x, r);
            }
        });
    }

    private static void prepare(float[] table, float sign, Rounding rounding) {
        for (int i = 0; i < table.length; i += N) {
            rounding.apply(FloatVector.fromArray(Lanes.F, table, i)).mul(sign).intoArray(table, i);
        }
    }

    private static void rotate(float[] row, int head, int half, float[] c, float[] s, Rounding rounding) {
        for (int i = 0; i <= half - N; i += N) {
            FloatVector a = FloatVector.fromArray(Lanes.F, row, head + i);
            FloatVector b = FloatVector.fromArray(Lanes.F, row, head + half + i);
            FloatVector cos = FloatVector.fromArray(Lanes.F, c, i);
            FloatVector sin = FloatVector.fromArray(Lanes.F, s, i);
            b.neg().fma(sin, rounding.apply(a.mul(cos))).intoArray(row, head + i);
            a.fma(sin, rounding.apply(b.mul(cos))).intoArray(row, head + half + i);
        }
    }

    /** What does not fill a vector: heads stand close together, so there is no room for padding. */
    private static void rotateRest(float[] row, int head, int half, float[] c, float[] s, DType dtype) {
        for (int i = half & -N; i < half; i++) {
            float a = row[head + i];
            float b = row[head + half + i];
            row[head + i] = Math.fma(-b, s[i], Bf16.round(a * c[i], dtype));
            row[head + half + i] = Math.fma(a, s[i], Bf16.round(b * c[i], dtype));
        }
    }
}
