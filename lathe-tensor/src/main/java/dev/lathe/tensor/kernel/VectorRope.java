package dev.lathe.tensor.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/** {@link RopeKernel} a row at a time, of BF16 where it lies if {@link NarrowRope} can. */
record VectorRope(Workers workers) implements RopeKernel {
    private static final int N = Lanes.N;

    @Override
    public void rotate(Matrix x, Matrix cos, Matrix sin, int headDim, int direction) {
        RopeKernel.requireShapes(x, cos, sin, headDim, direction);
        int half = cos.width();
        Rounding rounding = Rounding.of(x.element());
        boolean narrow = Lanes.whole(half, x) == half;
        RowParts.of(x.rows(), x.columns()).run(workers, (part, first, last) -> {
            float[] row = Lanes.array(x.width());
            float[] c = Lanes.array(half);
            float[] s = Lanes.array(half);
            for (long r = first; r < last; r++) {
                Lanes.read(cos, r, c);
                Lanes.read(sin, r, s);
                prepare(c, 1, rounding);
                prepare(s, direction, rounding);
                if (narrow) {
                    NarrowRope.rotate(x, r, headDim, half, c, s);
                    continue;
                }
                Lanes.read(x, r, row);
                int heads = x.width() / headDim;
                rotate(row, heads, headDim, half, c, s, rounding);
                rotateRest(row, heads, headDim, half, c, s, x.element());
                Lanes.write(row, x, r);
            }
        });
    }

    private static void prepare(float[] table, float sign, Rounding rounding) {
        for (int i = 0; i < table.length; i += N) {
            IntVector bits = FloatVector.fromArray(Lanes.F, table, i).reinterpretAsInts();
            bits = bits.add(rounding.half())
                    .add(bits.lanewise(VectorOperators.LSHR, 16).and(rounding.odd()));
            bits.and(rounding.kept()).reinterpretAsFloats().mul(sign).intoArray(table, i);
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
                IntVector x = a.mul(cos).reinterpretAsInts();
                IntVector y = b.mul(cos).reinterpretAsInts();
                x = x.add(rounding.half())
                        .add(x.lanewise(VectorOperators.LSHR, 16).and(rounding.odd()));
                y = y.add(rounding.half())
                        .add(y.lanewise(VectorOperators.LSHR, 16).and(rounding.odd()));
                b.neg().fma(sin, x.and(rounding.kept()).reinterpretAsFloats()).intoArray(row, at);
                a.fma(sin, y.and(rounding.kept()).reinterpretAsFloats()).intoArray(row, at + half);
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
