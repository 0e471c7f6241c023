package dev.lathe.data;

import java.io.Closeable;
import java.util.Optional;

/** Rows one after another; no more than one is held in memory. */
interface RowReader extends Closeable {
    /** The next row, or empty at the end. Throws {@link dev.lathe.base.UserError} with file and line. */
    Optional<RawRow> next();

    /** How many bytes of the input have been taken so far, for showing progress. */
    long bytesRead();
}
