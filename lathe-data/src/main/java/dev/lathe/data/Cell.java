package dev.lathe.data;

import com.fasterxml.jackson.databind.node.TextNode;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * One value of a data row, whatever kind of file it came from. Numbers and dates are never interpreted: a number keeps
 * the digits it was written with, a date stays the text it is.
 */
sealed interface Cell {
    /** What this is, in the words of an error message. */
    String kind();

    /** As JSON text; keys in their order, numbers with the digits they were written with. */
    default String json() {
        return switch (this) {
            case Text(String text) -> new TextNode(text).toString();
            case Numeral(String digits) -> digits;
            case Truth(boolean value) -> Boolean.toString(value);
            case Missing() -> "null";
            case Items(List<Cell> items) -> items.stream().map(Cell::json).collect(Collectors.joining(", ", "[", "]"));
            case Fields(Map<String, Cell> fields) ->
                fields.entrySet().stream()
                        .map(each -> new TextNode(each.getKey()) + ": "
                                + each.getValue().json())
                        .collect(Collectors.joining(", ", "{", "}"));
        };
    }

    record Text(String text) implements Cell {
        @Override
        public String kind() {
            return "a text";
        }
    }

    record Numeral(String digits) implements Cell {
        @Override
        public String kind() {
            return "a number";
        }
    }

    record Truth(boolean value) implements Cell {
        @Override
        public String kind() {
            return "true or false";
        }
    }

    /** Written as null, or not written at all. */
    record Missing() implements Cell {
        @Override
        public String kind() {
            return "null";
        }
    }

    record Items(List<Cell> items) implements Cell {
        @Override
        public String kind() {
            return "a list";
        }
    }

    record Fields(Map<String, Cell> fields) implements Cell {
        @Override
        public String kind() {
            return "an object";
        }
    }
}
