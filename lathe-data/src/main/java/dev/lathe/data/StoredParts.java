package dev.lathe.data;

import java.util.Arrays;

/** The ids of a stored row, and where they are divided. */
@SuppressWarnings("ArrayRecordComponent") // read once, never compared
record StoredParts(int[] ids, Marks marks) {
    static StoredParts of(EncodedRows rows, int row) {
        int[] ids = new int[rows.tokens(row)];
        rows.ids(row, ids, 0);
        return new StoredParts(ids, rows.marks(row));
    }

    int[] between(int from, int to) {
        return Arrays.copyOfRange(ids, from, to);
    }
}
