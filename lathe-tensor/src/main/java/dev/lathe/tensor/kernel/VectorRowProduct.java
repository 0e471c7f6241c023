package dev.lathe.tensor.kernel;

/** {@link RowProductKernel} by {@link RowDots}. */
record VectorRowProduct(Workers workers) implements RowProductKernel {
    /** Numbers of the weight: some 25 µs: longer runs are read faster. */
    private static final long PART = 147_456;

    private static final int EVEN = 4;

    @Override
    public void multiply(Matrix x, Matrix weight, Matrix y) {
        RowProductKernel.requireShapes(x, weight, y);
        if (x.rows() == 0) {
            return;
        }
        RowDots dots = RowDots.of(x, weight.element());
        int count = (int) x.rows();
        parts(weight).run(workers, (part, first, last) -> {
            int rows = (int) (last - first);
            float[][] out = new float[dots.vectors().length][rows];
            dots.run(weight, first, last, out);
            for (int r = 0; r < count; r++) {
                Lanes.write(out[r], y, r, (int) first, rows);
            }
        });
    }

    /** Equal parts, and a multiple of four of them: the last thread to end is waited for. */
    private static RowParts parts(Matrix weight) {
        long parts = Math.max(1, Math.ceilDiv(weight.rows() * weight.columns(), PART * EVEN)) * EVEN;
        return new RowParts(weight.rows(), Math.max(1, Math.ceilDiv(weight.rows(), parts)));
    }
}
