package dev.lathe.data;

import java.nio.file.Path;

/**
 * Where a row stands.
 *
 * @param unit what is counted: lines, or rows where a file has no lines
 * @param number from 1; of lines, the one on which the row begins
 */
record Place(Path file, String unit, long number) {
    /** In a file of lines. */
    static Place line(Path file, long line) {
        return new Place(file, "line", line);
    }

    /** In a file without lines. */
    static Place row(Path file, long row) {
        return new Place(file, "row", row);
    }

    @Override
    public String toString() {
        return "%s %s %d".formatted(file, unit, number);
    }
}
