package dev.lathe.text.jinja;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Variables of a template, a loop's round, a macro or another body of its own, and those around it. */
final class Scope {
    private final Map<String, Value> variables;
    private final Optional<Scope> outer;

    private Scope(Map<String, Value> variables, Optional<Scope> outer) {
        this.variables = variables;
        this.outer = outer;
    }

    static Scope outermost(Map<String, Value> variables) {
        return new Scope(new HashMap<>(variables), Optional.empty());
    }

    Scope inner() {
        return new Scope(new HashMap<>(), Optional.of(this));
    }

    /** Hides one of the same name further out; that one stays as it is. */
    void set(String name, Value value) {
        variables.put(name, value);
    }

    Value get(String name) {
        Value value = variables.get(name);
        for (Optional<Scope> scope = outer; value == null && scope.isPresent(); scope = scope.get().outer) {
            value = scope.get().variables.get(name);
        }
        return value == null ? new Value.Undefined("'%s' is undefined".formatted(name)) : value;
    }
}
