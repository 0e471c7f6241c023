package dev.lathe.tensor.kernel;

/** {@link RopeKernel} in plain Java. */
record ScalarRope(Workers workers) implements RopeKernel {
    @Override
    public void rotate(Matrix x, Matrix cos, Matrix sin, int headDim, int direction) {
        RopeKernel.requireShapes(x, cos, sin, headDim, direction);
        int half = cos.width();
        RowParts.of(x.rows(), x.columns()).run(workers, (part, first, last) -> {
            for (long r = first; r < last; r++) {
                for (int i = 0; i < half; i++) {
                    float c = Bf16.round(cos.get(r, i), x.element());
                    float s = Bf16.round(sin.get(r, i), x.element()) * direction;
                    for (int head = 0; head < x.width(); head += headDim) {
                        float a = x.get(r, head + i);
                        float b = x.get(r, head + half + i);
                        x.set(r, head + i, Math.fma(-b, s, Bf16.round(a * c, x.element())));
                        x.set(r, head + half + i, Math.fma(a, s, Bf16.round(b * c, x.element())));
                    }
                }
            }
        });
    }
}
