package dev.lathe.model;

import dev.lathe.model.file.PackedRows;
import java.lang.foreign.MemorySegment;
import java.util.function.LongUnaryOperator;

/** Packed rows in another order than the file has them. @param order which row of the file a row here is */
record ReorderedRows(PackedRows stored, LongUnaryOperator order) implements PackedRows {
    @Override
    public String storage() {
        return stored.storage();
    }

    @Override
    public long rows() {
        return stored.rows();
    }

    @Override
    public int length() {
        return stored.length();
    }

    @Override
    public long bytes() {
        return stored.bytes();
    }

    @Override
    public MemorySegment blocks() {
        return stored.blocks();
    }

    @Override
    public long at(long row) {
        return stored.at(order.applyAsLong(row));
    }

    @Override
    public void row(long row, float[] to) {
        stored.row(order.applyAsLong(row), to);
    }
}
