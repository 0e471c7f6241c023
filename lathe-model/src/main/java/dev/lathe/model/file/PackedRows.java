package dev.lathe.model.file;

/** A matrix that a file keeps in quantised blocks. Valid as long as the file is open; safe for several threads. */
public interface PackedRows {
    long rows();

    /** Numbers of a row. */
    int length();

    /** Bytes in the file. */
    long bytes();

    /** Dequantises a row in float32. */
    void row(long row, float[] to);
}
