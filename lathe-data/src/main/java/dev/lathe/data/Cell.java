package dev.lathe.data;

import java.util.List;
import java.util.Map;

/**
 * One value of a data row, whatever kind of file it came from. Numbers and dates are never interpreted: a number keeps
 * the digits it was written with, a date stays the text it is.
 */
sealed interface Cell {
    /** What this is, in the words of an error message. */
    String kind();

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
