package dev.lathe.quant;

import dev.lathe.model.file.PackedRows;
import dev.lathe.tensor.kernel.BlockDotKernel;

/** A matrix in the blocks of a GGUF file, which stay mapped. */
record GgufMatrix(PackedRows rows) implements PackedMatrix {
    @Override
    public long out() {
        return rows.rows();
    }

    @Override
    public long in() {
        return rows.length();
    }

    @Override
    public void row(long row, float[] to) {
        rows.row(row, to);
    }

    @Override
    public void dots(PackedKernels kernels, long first, long last, Vectors x, float[][] y, int at) {
        BlockDotKernel kernel = kernels.blocks();
        for (int v = 0; v < y.length; v++) {
            float[] vector = x.all()[v];
            switch (rows.storage()) {
                case "Q4_0" ->
                    each(first, last, y[v], at, row -> kernel.q40(rows.blocks(), row, rows.length(), vector));
                case "Q8_0" ->
                    each(first, last, y[v], at, row -> kernel.q80(rows.blocks(), row, rows.length(), vector));
                case "Q6_K" ->
                    each(first, last, y[v], at, row -> kernel.q6k(rows.blocks(), row, rows.length(), vector));
                case "Q4_1" -> {
                    float[] sums = sums(x, v);
                    each(first, last, y[v], at, row -> kernel.q41(rows.blocks(), row, rows.length(), vector, sums));
                }
                case "Q4_K" -> {
                    float[] sums = sums(x, v);
                    each(first, last, y[v], at, row -> kernel.q4k(rows.blocks(), row, rows.length(), vector, sums));
                }
                default -> {
                    PackedMatrix.super.dots(kernels, first, last, x, y, at);
                    return;
                }
            }
        }
    }

    /** A row's product, by the byte at which the row begins. */
    @FunctionalInterface
    private interface Product {
        float of(long row);
    }

    private void each(long first, long last, float[] y, int at, Product product) {
        for (long r = first; r < last; r++) {
            y[(int) (at + r)] = product.of(rows.at(r));
        }
    }

    private float[] sums(Vectors x, int v) {
        return x.sums(v, BlockDotKernel.GROUP, rows.length() / BlockDotKernel.GROUP);
    }

    @Override
    public long bytes() {
        return rows.bytes();
    }
}
