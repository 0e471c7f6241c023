package dev.lathe.text.jinja;

import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** Filters that choose elements or make something of each: generators, which work as they are walked through. */
final class SelectionFilters {
    static final Table ALL = new Table(
            new Native("map", "/value *", SelectionFilters::mapped),
            new Native("select", "/value *", (runtime, in) -> selected(runtime, in, false, true)),
            new Native("reject", "/value *", (runtime, in) -> selected(runtime, in, false, false)),
            new Native("selectattr", "/value *", (runtime, in) -> selected(runtime, in, true, true)),
            new Native("rejectattr", "/value *", (runtime, in) -> selected(runtime, in, true, false)),
            new Native("unique", "value case_sensitive? attribute?", SelectionFilters::unique),
            new Native("items", "value", SelectionFilters::items));

    private SelectionFilters() {}

    private static Stream<Value> elements(Runtime runtime, Value value) {
        Iterator<Value> values = value.truth()
                ? new Walk(runtime.budget()).iterator(value)
                : List.<Value>of().iterator();
        return StreamSupport.stream(Spliterators.spliteratorUnknownSize(values, Spliterator.ORDERED), false)
                .peek(each -> runtime.budget().step());
    }

    private static Value mapped(Runtime runtime, Bound in) {
        Arguments arguments = in.rest();
        Map<String, Value> named = arguments.named();
        Value attribute = named.get("attribute");
        Function<Value, Value> function;
        if (arguments.positional().isEmpty() && attribute != null) {
            Attributes attributes = Attributes.of(
                    runtime,
                    attribute,
                    Optional.ofNullable(named.get("default")).filter(value -> value != Value.None.NONE));
            function = attributes::of;
        } else {
            String filter = name(arguments, 0);
            function =
                    element -> Filters.apply(runtime, filter, arguments.from(1).after(element));
        }
        return new Value.Lazy(elements(runtime, in.get("value")).map(function).iterator());
    }

    private static String name(Arguments arguments, int place) {
        if (place < arguments.positional().size()
                && arguments.positional().get(place) instanceof Value.Str(String name, boolean markup)) {
            return name;
        }
        throw new Failure("map, select and their like need the name of a filter, a test or an attribute");
    }

    private static Value selected(Runtime runtime, Bound in, boolean byAttribute, boolean wanted) {
        Arguments arguments = in.rest();
        int place = byAttribute ? 1 : 0;
        if (arguments.positional().size() < place) {
            throw new Failure("selectattr and rejectattr need the name of an attribute");
        }
        Function<Value, Value> subject = byAttribute
                ? Attributes.of(runtime, arguments.positional().getFirst(), Optional.empty())::of
                : Function.identity();
        Predicate<Value> test;
        if (arguments.positional().size() > place) {
            String name = name(arguments, place);
            test = value -> Tests.apply(runtime, name, arguments.from(place + 1).after(value));
        } else {
            test = Value::truth;
        }
        return new Value.Lazy(elements(runtime, in.get("value"))
                .filter(value -> test.test(subject.apply(value)) == wanted)
                .iterator());
    }

    private static Value unique(Runtime runtime, Bound in) {
        Attributes attribute = Attributes.of(runtime, in);
        Set<Object> seen = new HashSet<>();
        return new Value.Lazy(elements(runtime, in.get("value"))
                .filter(value -> {
                    Value key = attribute.of(value);
                    runtime.budget().key(key);
                    return seen.add(Dict.identity(key));
                })
                .iterator());
    }

    private static Value items(Runtime runtime, Bound in) {
        return switch (in.get("value")) {
            case Value.Undefined undefined -> new Value.Lazy(List.<Value>of().iterator());
            case Dict dict -> new Value.Lazy(CollectionMethods.items(dict).iterator());
            default -> throw new Failure("Can only get item pairs from a mapping.");
        };
    }
}
