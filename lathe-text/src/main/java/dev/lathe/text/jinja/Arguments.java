package dev.lathe.text.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What a call passes; what has a name, in the order of the call. */
record Arguments(List<Value> positional, Map<String, Value> named) {
    static final Arguments NONE = new Arguments(List.of(), Map.of());

    /** The same with the value that a filter, a test or a method is applied to in front. */
    Arguments after(Value subject) {
        List<Value> all = new ArrayList<>(positional.size() + 1);
        all.add(subject);
        all.addAll(positional);
        return new Arguments(all, named);
    }

    /** All but the first {@code count} of those without a name. */
    Arguments from(int count) {
        return new Arguments(positional.subList(Math.min(count, positional.size()), positional.size()), named);
    }
}
