package dev.lathe.data;

/** The values of one column of an Arrow batch. */
@FunctionalInterface
interface ArrowColumn {
    /** Row {@code row} of the batch. Throws {@link IndexOutOfBoundsException} for a value that points nowhere. */
    Cell cell(int row);
}
