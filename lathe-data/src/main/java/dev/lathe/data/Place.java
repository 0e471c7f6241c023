package dev.lathe.data;

import java.nio.file.Path;

/** Where a row stands. {@code line} counts from 1: the line on which the row begins. */
record Place(Path file, long line) {
    @Override
    public String toString() {
        return "%s line %d".formatted(file, line);
    }
}
