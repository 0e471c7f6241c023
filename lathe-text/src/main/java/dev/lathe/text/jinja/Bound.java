package dev.lathe.text.jinja;

import java.util.Map;
import java.util.Optional;

/** A call's arguments by the names of the parameters. */
record Bound(Map<String, Value> values, Arguments rest) {
    Value get(String name) {
        Value value = values.get(name);
        if (value == null) {
            throw new IllegalArgumentException("no parameter " + name);
        }
        return value;
    }

    Optional<Value> find(String name) {
        return Optional.ofNullable(values.get(name));
    }

    /** None is as good as left out. */
    Optional<Value> given(String name) {
        return find(name).filter(value -> value != Value.None.NONE);
    }

    /** The text of an argument that has to be one. */
    String text(String name) {
        return switch (get(name)) {
            case Value.Str text -> text.text();
            case Value.Undefined(String problem) -> throw new Failure(problem);
            case Value other -> throw new Failure("%s has to be a str, not %s".formatted(name, other.type()));
        };
    }

    Optional<String> givenText(String name) {
        return given(name).map(value -> text(name));
    }

    /** False when it is not given. */
    boolean truth(String name) {
        return find(name).map(Value::truth).orElse(false);
    }

    /** Clamped to an int. */
    int integer(String name, int otherwise) {
        return given(name).map(Numbers::index).orElse(otherwise);
    }

    int integer(String name) {
        return Numbers.index(get(name));
    }
}
