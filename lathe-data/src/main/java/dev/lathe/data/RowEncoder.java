package dev.lathe.data;

/** Turns a row into ids and labels. Safe for several threads. */
interface RowEncoder {
    Encoded encode(Row row);

    /** Whether the labels have to be kept: false when the ids alone tell them. */
    boolean hasLabels();
}
