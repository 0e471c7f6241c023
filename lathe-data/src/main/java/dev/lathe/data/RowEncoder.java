package dev.lathe.data;

/** Turns a row into ids and labels. Safe for several threads. */
interface RowEncoder {
    Encoded encode(Row row);

    /** Whether the labels are not simply the ids, so that they have to be kept. */
    boolean hasLabels();
}
