package dev.lathe.quant;

import dev.lathe.model.file.PackedRows;

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
    public long bytes() {
        return rows.bytes();
    }
}
