package dev.lathe.tensor.kernel;

import jdk.incubator.vector.FloatVector;

/** {@link RopeKernel} a row at a time. */
record VectorRope(Workers workers) implements RopeKernel {
    private static final int N = Lanes.N;

    @Override
    public void rotate(Matrix x, Matrix cos, Matrix sin, int headDim, int direction) {
        RopeKernel.requireShapes(x, cos, sin, headDim, direction);
        int half = cos.width();
        Rounding rounding = Rounding.of(x.element());
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
                int heads = x.width() / headDim;
                rotate(row, heads, headDim, half, c, s, rounding);
                rotateRest(row, heads, headDim, half, c, s, x.element());
                Lanes.write(row, x, r);
            }
        });
    }

    private static void prepare(float[] table, float sign, Rounding rounding) {
        for (int i = 0; i < table.length; i += N) {
            rounding.apply(FloatVector.fromArray(Lanes.F, table, i)).mul(sign).intoArray(table, i);
        }
    }

    /** Heads innermost: there are more of them than vectors in half a head, and they share the tables. */
    private static void rotate(float[] row, int heads, int headDim, int half, float[] c, float[] s, Rounding rounding) {
        for (int i = 0; i <= half - N; i += N) {
            FloatVector cos = FloatVector.fromArray(Lanes.F, c, i);
            FloatVector sin = FloatVector.fromArray(Lanes.F, s, i);
            for (int head = 0; head < heads; head++) {
                int at = head * headDim + i;
                FloatVector a = FloatVector.fromArray(Lanes.F, row, at);
                FloatVector b = FloatVector.fromArray(Lanes.F, row, at + half);
                b.neg().fma(sin, rounding.apply(a.mul(cos))).intoArray(row, at);
                a.fma(sin, rounding.apply(b.mul(cos))).intoArray(row, at + half);
            }
        }
    }

    /** What does not fill a vector: heads stand close together, so there is no room for padding. */
    private static void rotateRest(
            float[] row, int heads, int headDim, int half, float[] c, float[] s, Element element) {
        for (int i = half & -N; i < half; i++) {
            for (int head = 0; head < heads; head++) {
                int at = head * headDim + i;
                float a = row[at];
                float b = row[at + half];
                row[at] = Math.fma(-b, s[i], Bf16.round(a * c[i], element));
                row[at + half] = Math.fma(a, s[i], Bf16.round(b * c[i], element));
            }
        }
    }
}
