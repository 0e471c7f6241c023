package dev.lathe.text.jinja;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Natives by name. */
final class Table {
    private final Map<String, Native> natives;

    Table(Native... natives) {
        this(Arrays.stream(natives));
    }

    private Table(Stream<Native> natives) {
        this.natives = natives.collect(Collectors.toMap(Native::name, Function.identity()));
    }

    static Table of(Table... tables) {
        return new Table(Arrays.stream(tables).flatMap(table -> table.natives.values().stream()));
    }

    Optional<Native> find(String name) {
        return Optional.ofNullable(natives.get(name));
    }
}
