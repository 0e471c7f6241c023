package dev.lathe.data;

import dev.lathe.base.UserError;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads typed values out of a row; a value of another type is the user's error, with the row's place. */
record Cells(RawRow row) {
    /** A text, a number or a truth value as text; empty when it is missing. */
    Optional<String> text(String column) {
        return text(row.cell(column), column);
    }

    Optional<String> text(Cell cell, String name) {
        return switch (cell) {
            case Cell.Text(String text) -> Optional.of(text);
            case Cell.Numeral(String digits) -> Optional.of(digits);
            case Cell.Truth(boolean value) -> Optional.of(Boolean.toString(value));
            case Cell.Missing() -> Optional.empty();
            case Cell.Items items -> throw wrong(name, "a text", items);
            case Cell.Fields fields -> throw wrong(name, "a text", fields);
        };
    }

    /** True or false, also where a file without types has it as a text; empty for anything else. */
    Optional<Boolean> truth(String column) {
        return switch (row.cell(column)) {
            case Cell.Truth(boolean value) -> Optional.of(value);
            case Cell.Text(String text) when text.equalsIgnoreCase("true") -> Optional.of(true);
            case Cell.Text(String text) when text.equalsIgnoreCase("false") -> Optional.of(false);
            default -> Optional.empty();
        };
    }

    /** A text as it is, or a list or an object as JSON text; empty when it is missing. */
    Optional<String> json(String column) {
        return switch (row.cell(column)) {
            case Cell.Items items -> Optional.of(items.json());
            case Cell.Fields fields -> Optional.of(fields.json());
            case Cell other -> text(other, column);
        };
    }

    /** A list; empty when it is missing. */
    List<Cell> items(String column) {
        return switch (row.cell(column)) {
            case Cell.Items(List<Cell> items) -> items;
            case Cell.Missing() -> List.of();
            case Cell other -> throw wrong(column, "a list", other);
        };
    }

    Map<String, Cell> fields(Cell cell, String name) {
        return switch (cell) {
            case Cell.Fields(Map<String, Cell> fields) -> fields;
            case Cell other -> throw wrong(name, "an object", other);
        };
    }

    UserError wrong(String name, String expected, Cell found) {
        return new UserError("%s: `%s` must be %s, but is %s".formatted(row.place(), name, expected, found.kind()));
    }
}
