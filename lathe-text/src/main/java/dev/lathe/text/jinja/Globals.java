package dev.lathe.text.jinja;

import dev.lathe.base.UserError;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** The functions that every template has: Jinja's, and transformers' raise_exception and strftime_now. */
final class Globals {
    private static final long LARGEST_RANGE = 100_000; // Jinja's sandbox has the same

    private static final List<Native> ALL = List.of(
            new Native("range", "start stop? step?", (runtime, in) -> range(in)),
            new Native("dict", "/value? *", (runtime, in) -> dict(runtime, in)),
            new Native("namespace", "/value? *", (runtime, in) -> namespace(runtime, in)),
            new Native("cycler", "*", (runtime, in) -> cycler(in.rest().positional())),
            new Native("joiner", "sep?", (runtime, in) -> joiner(in.find("sep").orElse(Value.of(", ")))),
            new Native("strftime_now", "format", (runtime, in) -> Value.of(Strftime.now(runtime, in.text("format")))),
            new Native("raise_exception", "message", (runtime, in) -> {
                throw new UserError("the model's chat template refuses this conversation: "
                        + new Shown(runtime.budget()).text(in.get("message")));
            }));

    private Globals() {}

    static Map<String, Value> values() {
        Map<String, Value> values = new LinkedHashMap<>();
        ALL.forEach(function -> values.put(function.name(), function.function()));
        return values;
    }

    private static Value range(Bound in) {
        boolean one = in.find("stop").isEmpty();
        long start = one ? 0 : in.integer("start");
        long stop = in.integer(one ? "start" : "stop");
        long step = in.integer("step", 1);
        if (step == 0) {
            throw new Failure("range() arg 3 must not be zero");
        }
        Value.Range range = new Value.Range(start, stop, step);
        if (range.length() > LARGEST_RANGE) {
            throw new Failure("a range may have %d numbers and not %d".formatted(LARGEST_RANGE, range.length()));
        }
        return range;
    }

    private static Dict dict(Runtime runtime, Bound in) {
        Dict dict = new Dict();
        in.find("value").ifPresent(value -> {
            if (value instanceof Dict other) {
                runtime.budget().list(other.size());
                dict.putAll(other);
            } else {
                for (Value pair : new Walk(runtime.budget()).list(value)) {
                    List<Value> both = new Walk(runtime.budget()).list(pair);
                    if (both.size() != 2) {
                        throw new Failure("dict() takes pairs");
                    }
                    dict.put(both.getFirst(), both.getLast());
                }
            }
        });
        in.rest().named().forEach((name, value) -> dict.put(Value.of(name), value));
        return dict;
    }

    private static Value namespace(Runtime runtime, Bound in) {
        Map<String, Value> attributes = new LinkedHashMap<>();
        Shown shown = new Shown(runtime.budget());
        dict(runtime, in).entries().forEach(entry -> attributes.put(shown.text(entry.key()), entry.value()));
        return new Value.Namespace(attributes);
    }

    static Value cycler(List<Value> items) {
        if (items.isEmpty()) {
            throw new Failure("cycler() needs something to go round");
        }
        AtomicInteger at = new AtomicInteger();
        Map<String, Supplier<Value>> attributes = Map.of(
                "current", () -> items.get(at.get()),
                "next",
                        () -> new Value.Function("next", (runtime, arguments) -> {
                            Value now = items.get(at.get());
                            at.set((at.get() + 1) % items.size());
                            return now;
                        }),
                "reset",
                        () -> new Value.Function("reset", (runtime, arguments) -> {
                            at.set(0);
                            return Value.None.NONE;
                        }));
        return new Value.Instance("Cycler", attributes, Optional.empty());
    }

    private static Value joiner(Value separator) {
        Iterator<Value> first = List.<Value>of(Value.of("")).iterator();
        return new Value.Function("joiner", (runtime, arguments) -> first.hasNext() ? first.next() : separator);
    }
}
