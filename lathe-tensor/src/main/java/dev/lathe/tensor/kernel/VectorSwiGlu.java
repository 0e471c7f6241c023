package dev.lathe.tensor.kernel;

import jdk.incubator.vector.FloatVector;

/** {@link SwiGluKernel} a stretch of a row at a time. */
record VectorSwiGlu(Workers workers) implements SwiGluKernel {
    private static final int N = Lanes.N;
    /** Columns at a time: three arrays of them fit in the first cache with what they are read from. */
    private static final int STRETCH = 1024;

    @Override
    public void forward(Matrix gateUp, Matrix y) {
        SwiGluKernel.requireShapes(gateUp, y);
        Rounding rounding = Rounding.of(gateUp.element());
        RowParts.of(y.rows(), y.columns()).run(workers, (part, first, last) -> {
            float[] gate = Lanes.array(Math.min(STRETCH, y.width()));
            float[] up = Lanes.array(gate.length);
            for (long r = first; r < last; r++) {
                for (int c = 0; c < y.width(); c += STRETCH) {
                    int count = Math.min(STRETCH, y.width() - c);
                    Lanes.read(gateUp, r, c, count, gate);
                    Lanes.read(gateUp, r, y.columns() + c, count, up);
                    forward(gate, up, count, rounding);
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
            float[] gate = Lanes.array(Math.min(STRETCH, dy.width()));
            float[] up = Lanes.array(gate.length);
            float[] d = Lanes.array(gate.length);
            for (long r = first; r < last; r++) {
                for (int c = 0; c < dy.width(); c += STRETCH) {
                    int count = Math.min(STRETCH, dy.width() - c);
                    Lanes.read(gateUp, r, c, count, gate);
                    Lanes.read(gateUp, r, dy.columns() + c, count, up);
                    Lanes.read(dy, r, c, count, d);
                    backward(gate, up, d, count, rounding);
                    Lanes.write(gate, dGateUp, r, c, count);
                    Lanes.write(up, dGateUp, r, dy.columns() + c, count);
                }
            }
        });
    }

    /** gate becomes y. */
    private static void forward(float[] gate, float[] up, int count, Rounding rounding) {
        for (int i = 0; i < count; i += N) {
            FloatVector x = FloatVector.fromArray(Lanes.F, gate, i);
            FloatVector silu = rounding.apply(x.div(Exp.of(x.neg()).add(1)));
            silu.mul(FloatVector.fromArray(Lanes.F, up, i)).intoArray(gate, i);
        }
    }

    /** gate and up become their gradients. */
    private static void backward(float[] gate, float[] up, float[] d, int count, Rounding rounding) {
        for (int i = 0; i < count; i += N) {
            FloatVector x = FloatVector.fromArray(Lanes.F, gate, i);
            FloatVector dy = FloatVector.fromArray(Lanes.F, d, i);
            FloatVector divisor = Exp.of(x.neg()).add(1);
            FloatVector sigmoid = FloatVector.broadcast(Lanes.F, 1).div(divisor);
            FloatVector dSilu = rounding.apply(dy.mul(FloatVector.fromArray(Lanes.F, up, i)));
            FloatVector slope =
                    FloatVector.broadcast(Lanes.F, 1).sub(sigmoid).mul(x).add(1);
            dSilu.mul(sigmoid).mul(slope).intoArray(gate, i);
            rounding.apply(x.div(divisor)).mul(dy).intoArray(up, i);
        }
    }
}
