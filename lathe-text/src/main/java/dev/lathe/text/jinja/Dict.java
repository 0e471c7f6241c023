package dev.lathe.text.jinja;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A dict: keys in the order they came, 1, 1.0 and True being one key as in Python. */
final class Dict implements Value {
    private final Map<Object, Entry> entries = new LinkedHashMap<>();

    record Entry(Value key, Value value) {}

    /** For building one; templates cannot change it afterwards. The first spelling of a key stays, as in Python. */
    Dict put(Value key, Value value) {
        entries.merge(identity(key), new Entry(key, value), (was, is) -> new Entry(was.key(), value));
        return this;
    }

    Dict putAll(Dict other) {
        other.entries.values().forEach(entry -> put(entry.key(), entry.value()));
        return this;
    }

    Optional<Value> get(Value key) {
        return Optional.ofNullable(entries.get(identity(key))).map(Entry::value);
    }

    int size() {
        return entries.size();
    }

    List<Entry> entries() {
        return List.copyOf(entries.values());
    }

    List<Value> keys() {
        return entries.values().stream().map(Entry::key).toList();
    }

    /** What makes two keys one. */
    static Object identity(Value key) {
        return switch (key) {
            case Str text -> text.text();
            case Int number -> number.number();
            case Bool bool -> Numbers.integer(bool).orElseThrow();
            case Real(double number) -> identity(number);
            case None none -> none;
            case Undefined undefined -> Undefined.class;
            case Tuple tuple -> {
                List<Object> parts = new ArrayList<>();
                for (Value part : tuple.values()) {
                    if (part instanceof Tuple) { // could be made to take forever
                        throw new Failure("a tuple inside a tuple cannot be a key in Lathe's Jinja");
                    }
                    parts.add(identity(part));
                }
                yield parts;
            }
            default -> throw new Failure("unhashable type: '%s'".formatted(key.type()));
        };
    }

    private static Object identity(double number) {
        boolean whole = Double.isFinite(number) && number == Math.rint(number);
        return whole ? new BigDecimal(number).toBigInteger() : (Object) number;
    }
}
