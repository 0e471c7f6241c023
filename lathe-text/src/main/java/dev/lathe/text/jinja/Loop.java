package dev.lathe.text.jinja;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** A loop on its way, and the variable {@code loop} that tells of it. Looks ahead only as far as it is asked to. */
final class Loop {
    private final Iterator<Value> source;
    private final Budget budget;
    private final int depth;
    private final Deque<Value> ahead = new ArrayDeque<>();
    private Optional<Value> previous = Optional.empty();
    private Optional<Value> current = Optional.empty();
    private Optional<Value> lastChecked = Optional.empty();
    private int index;

    /** {@code depth}: of recursion, from 0. */
    Loop(Iterator<Value> source, Budget budget, int depth) {
        this.source = source;
        this.budget = budget;
        this.depth = depth;
    }

    boolean hasNext() {
        return look(1);
    }

    Value next() {
        previous = current;
        look(1);
        current = Optional.of(ahead.removeFirst());
        index++;
        return current.get();
    }

    private boolean look(int count) {
        while (ahead.size() < count && source.hasNext()) {
            budget.list(1);
            ahead.addLast(source.next());
        }
        return ahead.size() >= count;
    }

    private int remaining() {
        look(Integer.MAX_VALUE);
        return ahead.size();
    }

    /** {@code recursion}: what {@code loop(...)} does. */
    Value variable(Optional<Value.Code> recursion) {
        Map<String, Supplier<Value>> attributes = new HashMap<>();
        attributes.put("index", () -> new Value.Int(index));
        attributes.put("index0", () -> new Value.Int(index - 1));
        attributes.put("revindex", () -> new Value.Int(remaining() + 1));
        attributes.put("revindex0", () -> new Value.Int(remaining()));
        attributes.put("length", () -> new Value.Int(index + remaining()));
        attributes.put("first", () -> Value.of(index == 1));
        attributes.put("last", () -> Value.of(!hasNext()));
        attributes.put("depth", () -> new Value.Int(depth + 1));
        attributes.put("depth0", () -> new Value.Int(depth));
        attributes.put("previtem", () -> previous.orElse(new Value.Undefined("there is no previous item")));
        attributes.put("nextitem", () -> hasNext() ? ahead.getFirst() : new Value.Undefined("there is no next item"));
        attributes.put("cycle", () -> new Value.Function("cycle", (runtime, arguments) -> cycled(arguments)));
        attributes.put(
                "changed",
                () -> new Value.Function(
                        "changed", (runtime, arguments) -> Value.of(changed(new Value.Tuple(arguments.positional())))));
        Value.Code code = recursion.orElse((runtime, arguments) -> {
            throw new Failure("loop() is called, but the loop does not say 'recursive'");
        });
        return new Value.Instance("LoopContext", attributes, Optional.of(code));
    }

    private Value cycled(Arguments arguments) {
        List<Value> values = arguments.positional();
        if (values.isEmpty()) {
            throw new Failure("no items for cycling given");
        }
        return values.get((index - 1) % values.size());
    }

    private boolean changed(Value values) {
        Compared compared = new Compared(budget);
        boolean same = lastChecked.filter(last -> compared.equal(last, values)).isPresent();
        lastChecked = Optional.of(values);
        return !same;
    }
}
