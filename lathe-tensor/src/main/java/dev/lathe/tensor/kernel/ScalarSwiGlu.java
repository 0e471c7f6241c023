package dev.lathe.tensor.kernel;

/** {@link SwiGluKernel} in plain Java. */
record ScalarSwiGlu(Workers workers) implements SwiGluKernel {
    @Override
    public void forward(Matrix gateUp, Matrix y) {
        SwiGluKernel.requireShapes(gateUp, y);
        Element element = gateUp.element();
        RowParts.of(y.rows(), y.columns()).run(workers, (part, first, last) -> {
            for (long r = first; r < last; r++) {
                for (int c = 0; c < y.width(); c++) {
                    float gate = gateUp.get(r, c);
                    float silu = gate / (1 + (float) Math.exp(-gate));
                    y.set(r, c, Bf16.round(silu, element) * gateUp.get(r, y.columns() + c));
                }
            }
        });
    }

    @Override
    public void backward(Matrix dy, Matrix gateUp, Matrix dGateUp) {
        SwiGluKernel.requireShapes(gateUp, dy);
        dGateUp.requireShapeOf(gateUp);
        Element element = gateUp.element();
        RowParts.of(dy.rows(), dy.columns()).run(workers, (part, first, last) -> {
            for (long r = first; r < last; r++) {
                for (int c = 0; c < dy.width(); c++) {
                    float gate = gateUp.get(r, c);
                    float up = gateUp.get(r, dy.columns() + c);
                    float d = dy.get(r, c);
                    float sigmoid = 1 / (1 + (float) Math.exp(-gate));
                    float dSilu = Bf16.round(d * up, element);
                    dGateUp.set(r, c, dSilu * sigmoid * (1 + gate * (1 - sigmoid)));
                    float silu = gate / (1 + (float) Math.exp(-gate));
                    dGateUp.set(r, dy.columns() + c, Bf16.round(silu, element) * d);
                }
            }
        });
    }
}
