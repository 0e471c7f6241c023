package dev.lathe.model.file;

import java.lang.foreign.MemorySegment;

/** A matrix that a file keeps in quantised blocks. Valid as long as the file is open; safe for several threads. */
public interface PackedRows {
    /** Name of the storage, such as {@code Q4_K}. */
    String storage();

    long rows();

    /** Numbers of a row. */
    int length();

    /** Bytes in the file. */
    long bytes();

    /** The blocks of all rows. */
    MemorySegment blocks();

    /** The byte of {@link #blocks} at which a row begins: rows may stand in another order. */
    long at(long row);

    /** Dequantises a row in float32. */
    void row(long row, float[] to);
}
