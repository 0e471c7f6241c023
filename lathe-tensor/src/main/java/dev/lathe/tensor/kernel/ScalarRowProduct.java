package dev.lathe.tensor.kernel;

/** {@link RowProductKernel} in plain Java. */
record ScalarRowProduct(Workers workers) implements RowProductKernel {
    @Override
    public void multiply(Matrix x, Matrix weight, Matrix y) {
        RowProductKernel.requireShapes(x, weight, y);
        RowParts.of(weight.rows(), weight.columns()).run(workers, (part, first, last) -> {
            for (long o = first; o < last; o++) {
                for (long r = 0; r < x.rows(); r++) {
                    float sum = 0;
                    for (long i = 0; i < x.columns(); i++) {
                        sum = Math.fma(x.get(r, i), weight.get(o, i), sum);
                    }
                    y.set(r, o, sum);
                }
            }
        });
    }
}
