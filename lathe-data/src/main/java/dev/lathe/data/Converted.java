package dev.lathe.data;

/** What became of a row of a file. */
sealed interface Converted {
    record Kept(Row row) implements Converted {}

    record Dropped(DropReason reason) implements Converted {}
}
