package dev.lathe.text.jinja;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A filter, a test, a method or a function of the language: its parameters, and what it does. */
final class Native {
    private final String name;
    private final List<String> parameters = new ArrayList<>();
    private final int required;
    private final boolean open;
    private int unnamed;
    private final Body body;

    interface Body {
        Value call(Runtime runtime, Bound in);
    }

    /**
     * {@code parameters}: names with blanks between. A {@code ?} behind one marks what may be left out, a {@code /} before one
     * what cannot be passed by name, and a {@code *} at the end takes any more.
     */
    Native(String name, String parameters, Body body) {
        this.name = name;
        this.body = body;
        int count = 0;
        for (String parameter : parameters.split(" ", -1)) {
            if (!parameter.isEmpty() && !parameter.equals("*")) {
                this.parameters.add(parameter.replaceAll("[/?]", ""));
                count += parameter.endsWith("?") ? 0 : 1;
                unnamed += parameter.startsWith("/") ? 1 : 0;
            }
        }
        this.required = count;
        this.open = parameters.endsWith("*");
    }

    String name() {
        return name;
    }

    Value call(Runtime runtime, Arguments arguments) {
        runtime.budget().step();
        return body.call(runtime, bind(arguments));
    }

    /** As a value that can be called later, {@code subject} being its first argument. */
    Value.Function method(Value subject) {
        return new Value.Function(name, (runtime, arguments) -> call(runtime, arguments.after(subject)));
    }

    Value.Function function() {
        return new Value.Function(name, this::call);
    }

    private Bound bind(Arguments arguments) {
        Map<String, Value> values = new HashMap<>();
        int placed = Math.min(parameters.size(), arguments.positional().size());
        for (int i = 0; i < placed; i++) {
            values.put(parameters.get(i), arguments.positional().get(i));
        }
        Map<String, Value> more = new LinkedHashMap<>();
        arguments.named().forEach((parameter, value) -> {
            Map<String, Value> into = parameters.indexOf(parameter) >= unnamed ? values : more;
            if (into.put(parameter, value) != null) {
                throw new Failure("%s() gets %s twice".formatted(name, parameter));
            }
        });
        if (!open && (placed < arguments.positional().size() || !more.isEmpty())) {
            throw new Failure("%s() has no parameter %s"
                    .formatted(
                            name,
                            more.isEmpty()
                                    ? "number " + (placed + 1)
                                    : more.keySet().iterator().next()));
        }
        for (String parameter : parameters.subList(0, required)) {
            if (!values.containsKey(parameter)) {
                throw new Failure("%s() needs %s".formatted(name, parameter));
            }
        }
        return new Bound(values, new Arguments(arguments.from(placed).positional(), more));
    }
}
