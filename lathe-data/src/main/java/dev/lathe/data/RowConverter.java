package dev.lathe.data;

import java.util.Set;

/** Brings the rows of one format into the common form. Safe for several threads. */
interface RowConverter {
    /** Throws {@link dev.lathe.base.UserError} for a value of the wrong type, naming file, line and column. */
    Converted convert(RawRow row);

    /** Columns that at least one row of the data set must have. */
    Set<String> expected();
}
