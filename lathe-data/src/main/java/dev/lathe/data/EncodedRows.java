package dev.lathe.data;

import java.util.Optional;

/** The rows of one or more data sets as ids, in the order of their files; dropped rows keep their place. Immutable. */
interface EncodedRows {
    int size();

    /** Why the row was dropped; empty when it was kept. */
    Optional<DropReason> dropped(int row);

    /** Tokens of a row; 0 when it was dropped. */
    int tokens(int row);

    /** Tokens of a row that are trained. */
    int supervised(int row);

    /** Tokens of a row that {@code cutoff_len} cut off. */
    int lost(int row);

    /** Where the ids of a row are divided. */
    Marks marks(int row);

    /** Copies the ids of a row into {@code target} from {@code at} on. */
    void ids(int row, int[] target, int at);

    /** Copies the labels of a row into {@code target} from {@code at} on. */
    void labels(int row, int[] target, int at);
}
