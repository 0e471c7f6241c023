package dev.lathe.run.config;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** A value as YAML 1.1 or JSON types it. */
sealed interface Value {
    Value NOTHING = new Nothing();

    record Nothing() implements Value {}

    record Flag(boolean on) implements Value {}

    record Whole(long number) implements Value {}

    record Decimal(double number) implements Value {}

    record Text(String text) implements Value {}

    record Items(List<Located> items) implements Value {}

    /** In the order of the file. */
    record Fields(Map<String, Located> fields) implements Value {}

    /** As a user would write it on one line. */
    default String shown() {
        return switch (this) {
            case Nothing() -> "null";
            case Flag(boolean on) -> Boolean.toString(on);
            case Whole(long number) -> Long.toString(number);
            case Decimal(double number) -> shortest(number);
            case Text(String text) -> text;
            case Items(List<Located> items) ->
                items.stream().map(item -> item.value().shown()).collect(Collectors.joining(","));
            case Fields(Map<String, Located> fields) ->
                fields.entrySet().stream()
                        .map(field ->
                                field.getKey() + ": " + field.getValue().value().shown())
                        .collect(Collectors.joining(", ", "{", "}"));
        };
    }

    /** Off, as far as a feature is concerned: null, false, zero or empty. */
    default boolean off() {
        return switch (this) {
            case Nothing() -> true;
            case Flag(boolean on) -> !on;
            case Whole(long number) -> number == 0;
            case Decimal(double number) -> number == 0;
            case Text(String text) -> text.isEmpty();
            case Items(List<Located> items) -> items.isEmpty();
            case Fields(Map<String, Located> fields) -> fields.isEmpty();
        };
    }

    private static String shortest(double number) {
        return number == Math.rint(number) && Math.abs(number) < 1e7
                ? Long.toString((long) number) + ".0"
                : Double.toString(number).replace("E", "e");
    }
}
