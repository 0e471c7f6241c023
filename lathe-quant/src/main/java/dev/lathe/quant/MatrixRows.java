package dev.lathe.quant;

import dev.lathe.tensor.kernel.Matrix;
import dev.lathe.tensor.kernel.PackedRowKernel;

/**
 * Some rows of a packed matrix, one after the other.
 *
 * @param start the first of them
 * @param out how many
 */
record MatrixRows(PackedMatrix whole, long start, long out) implements PackedMatrix {
    @Override
    public long in() {
        return whole.in();
    }

    @Override
    public void row(long row, float[] to) {
        whole.row(start + row, to);
    }

    @Override
    public void rows(PackedRowKernel kernel, long first, long last, Matrix to, long at) {
        whole.rows(kernel, start + first, start + last, to, at);
    }

    /** Its share of the whole. */
    @Override
    public long bytes() {
        return whole.bytes() * out / whole.out();
    }
}
