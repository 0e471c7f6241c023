package dev.lathe.tensor.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/** {@link SwiGluKernel}: of BF16 in one pass, of other types and where a row does not fill vectors a stretch at a time. */
record VectorSwiGlu(Workers workers) implements SwiGluKernel {
    private static final int N = Lanes.N;
    /** Columns at a time: four arrays of them fit in the first cache with what they are read from. */
    private static final int STRETCH = 1024;

    @Override
    public void forward(Matrix gateUp, Matrix y) {
        SwiGluKernel.requireShapes(gateUp, y);
        Rounding rounding = Rounding.of(gateUp.element());
        RowParts.of(y.rows(), y.columns()).run(workers, (part, first, last) -> {
            int whole = Lanes.whole(y.width(), gateUp, y);
            float[] gate = Lanes.array(Math.min(STRETCH, y.width() - whole));
            float[] up = Lanes.array(gate.length);
            float[] e = Lanes.array(gate.length);
            for (long r = first; r < last; r++) {
                NarrowSwiGlu.forward(gateUp, y, r, whole);
                for (int c = whole; c < y.width(); c += STRETCH) {
                    int count = Math.min(STRETCH, y.width() - c);
                    Lanes.read(gateUp, r, c, count, gate);
                    Lanes.read(gateUp, r, y.columns() + c, count, up);
                    Exp.apply(gate, -1, 0, e, 0, count);
                    forward(gate, up, e, count, rounding);
                    Lanes.write(gate, y, r, c, count);
                }
            }
        });
    }

    @Override
    public void backward(Matrix dy, Matrix gateUp, Matrix dGateUp) {
        SwiGluKernel.requireShapes(gateUp, dy);
        dGateUp.requireShapeOf(gateUp);
        Rounding rounding = Rounding.of(gateUp.element());
        RowParts.of(dy.rows(), dy.columns()).run(workers, (part, first, last) -> {
            int whole = Lanes.whole(dy.width(), dy, gateUp, dGateUp);
            float[] gate = Lanes.array(Math.min(STRETCH, dy.width() - whole));
            float[] up = Lanes.array(gate.length);
            float[] e = Lanes.array(gate.length);
            float[] d = Lanes.array(gate.length);
            for (long r = first; r < last; r++) {
                NarrowSwiGlu.backward(dy, gateUp, dGateUp, r, whole);
                for (int c = whole; c < dy.width(); c += STRETCH) {
                    int count = Math.min(STRETCH, dy.width() - c);
                    Lanes.read(gateUp, r, c, count, gate);
                    Lanes.read(gateUp, r, dy.columns() + c, count, up);
                    Lanes.read(dy, r, c, count, d);
                    Exp.apply(gate, -1, 0, e, 0, count);
                    backward(gate, up, d, e, count, rounding);
                    Lanes.write(gate, dGateUp, r, c, count);
                    Lanes.write(up, dGateUp, r, dy.columns() + c, count);
                }
            }
        });
    }

    /** gate becomes y; e: e^-gate. */
    private static void forward(float[] gate, float[] up, float[] e, int count, Rounding rounding) {
        for (int i = 0; i < count; i += N) {
            FloatVector divisor = FloatVector.fromArray(Lanes.F, e, i).add(1);
            IntVector silu =
                    FloatVector.fromArray(Lanes.F, gate, i).div(divisor).reinterpretAsInts();
            silu = silu.add(rounding.half())
                    .add(silu.lanewise(VectorOperators.LSHR, 16).and(rounding.odd()));
            silu.and(rounding.kept())
                    .reinterpretAsFloats()
                    .mul(FloatVector.fromArray(Lanes.F, up, i))
                    .intoArray(gate, i);
        }
    }

    /** gate and up become their gradients; e: e^-gate. */
    private static void backward(float[] gate, float[] up, float[] d, float[] e, int count, Rounding rounding) {
        FloatVector one = FloatVector.broadcast(Lanes.F, 1);
        for (int i = 0; i < count; i += N) {
            FloatVector x = FloatVector.fromArray(Lanes.F, gate, i);
            FloatVector dy = FloatVector.fromArray(Lanes.F, d, i);
            FloatVector divisor = FloatVector.fromArray(Lanes.F, e, i).add(one);
            IntVector dSilu = dy.mul(FloatVector.fromArray(Lanes.F, up, i)).reinterpretAsInts();
            dSilu = dSilu.add(rounding.half())
                    .add(dSilu.lanewise(VectorOperators.LSHR, 16).and(rounding.odd()));
            IntVector silu = x.div(divisor).reinterpretAsInts();
            silu = silu.add(rounding.half())
                    .add(silu.lanewise(VectorOperators.LSHR, 16).and(rounding.odd()));
            silu.and(rounding.kept()).reinterpretAsFloats().mul(dy).intoArray(up, i);
            FloatVector sigmoid = one.div(divisor);
            FloatVector slope = one.sub(sigmoid).mul(x).add(one);
            dSilu.and(rounding.kept())
                    .reinterpretAsFloats()
                    .mul(sigmoid)
                    .mul(slope)
                    .intoArray(gate, i);
        }
    }
}
