package dev.lathe.data;

import java.util.Map;

/** A row as the file has it: column names to values. */
record RawRow(Place place, Map<String, Cell> cells) {
    private static final Cell MISSING = new Cell.Missing();

    /** The value of a column; {@link Cell.Missing} when the row does not have it. */
    Cell cell(String column) {
        return cells.getOrDefault(column, MISSING);
    }
}
