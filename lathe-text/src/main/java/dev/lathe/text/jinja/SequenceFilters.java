package dev.lathe.text.jinja;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/** Filters that count, order and group. */
final class SequenceFilters {
    private static final List<String> GROUP = List.of("grouper", "list");

    static final Table ALL = new Table(
            new Native("length", "value", SequenceFilters::length),
            new Native("count", "value", SequenceFilters::length),
            new Native("first", "value", (runtime, in) -> {
                Iterator<Value> values = new Walk(runtime.budget()).iterator(in.get("value"));
                return values.hasNext() ? values.next() : new Value.Undefined("No first item, sequence was empty.");
            }),
            new Native("last", "value", (runtime, in) -> {
                if (in.get("value") instanceof Value.Lazy) {
                    throw new Failure("'generator' object is not reversible");
                }
                List<Value> values = new Walk(runtime.budget()).list(in.get("value"));
                return values.isEmpty() ? new Value.Undefined("No last item, sequence was empty.") : values.getLast();
            }),
            new Native("list", "value", (runtime, in) -> new Value.Items(list(runtime, in))),
            new Native("reverse", "value", SequenceFilters::reversed),
            new Native("sort", "value reverse? case_sensitive? attribute?", SequenceFilters::sorted),
            new Native("dictsort", "value case_sensitive? by? reverse?", SequenceFilters::dictSorted),
            new Native("groupby", "value attribute default? case_sensitive?", SequenceFilters::grouped),
            new Native("batch", "value linecount fill_with?", SequenceFilters::batches),
            new Native("slice", "value slices fill_with?", SequenceFilters::slices),
            new Native("sum", "value attribute? start?", SequenceFilters::sum),
            new Native("min", "value case_sensitive? attribute?", (runtime, in) -> extreme(runtime, in, false)),
            new Native("max", "value case_sensitive? attribute?", (runtime, in) -> extreme(runtime, in, true)));

    private SequenceFilters() {}

    private static List<Value> list(Runtime runtime, Bound in) {
        return new Walk(runtime.budget()).list(in.get("value"));
    }

    private static Value length(Runtime runtime, Bound in) {
        return new Value.Int(new Walk(runtime.budget()).length(in.get("value")));
    }

    private static Value reversed(Runtime runtime, Bound in) {
        if (in.get("value") instanceof Value.Str text) {
            return new Lookup(runtime.budget())
                    .slice(text, Optional.empty(), Optional.empty(), Optional.of(new Value.Int(-1)));
        }
        List<Value> backwards = list(runtime, in).reversed();
        return in.get("value") instanceof Value.Lazy
                ? new Value.Items(backwards)
                : new Value.Lazy(backwards.iterator());
    }

    private static Value sorted(Runtime runtime, Bound in) {
        List<Value> values = list(runtime, in);
        List<Attributes> attributes = Attributes.several(runtime, in);
        List<Value> keys = new ArrayList<>();
        for (Value value : values) {
            runtime.budget().list(attributes.size());
            keys.add(new Value.Items(
                    attributes.stream().map(attribute -> attribute.of(value)).toList()));
        }
        return new Value.Items(new Compared(runtime.budget()).sorted(values, keys, in.truth("reverse")));
    }

    private static Value dictSorted(Runtime runtime, Bound in) {
        String by = in.givenText("by").orElse("key");
        if (!(in.get("value") instanceof Dict dict) || !List.of("key", "value").contains(by)) {
            throw new Failure("dictsort takes a dict, by key or by value");
        }
        runtime.budget().list(dict.size());
        List<Value> keys = by.equals("key") ? dict.keys() : CollectionMethods.values(dict);
        if (!in.truth("case_sensitive")) {
            keys = keys.stream().map(Attributes::inSmallLetters).toList();
        }
        List<Value> items = CollectionMethods.items(dict);
        return new Value.Items(new Compared(runtime.budget()).sorted(items, keys, in.truth("reverse")));
    }

    private static Value grouped(Runtime runtime, Bound in) {
        Attributes attribute = Attributes.of(runtime, in);
        Attributes asWritten = Attributes.of(runtime, in.get("attribute"), in.given("default"));
        List<Value> values = list(runtime, in);
        List<Value> keys = values.stream().map(attribute::of).toList();
        Compared compared = new Compared(runtime.budget());
        List<Value> groups = new ArrayList<>();
        List<Value> group = new ArrayList<>();
        for (Value value : compared.sorted(values, keys, false)) {
            if (!group.isEmpty() && !compared.equal(attribute.of(group.getFirst()), attribute.of(value))) {
                groups.add(group(asWritten, group));
                group = new ArrayList<>();
            }
            runtime.budget().list(1);
            group.add(value);
        }
        if (!group.isEmpty()) {
            groups.add(group(asWritten, group));
        }
        return new Value.Items(groups);
    }

    private static Value group(Attributes attribute, List<Value> group) {
        return new Value.Tuple(List.of(attribute.of(group.getFirst()), new Value.Items(group)), GROUP);
    }

    private static Value batches(Runtime runtime, Bound in) {
        List<Value> values = list(runtime, in);
        int size = in.integer("linecount");
        if (size < 1) {
            throw new Failure("batch: the size has to be at least 1");
        }
        List<Value> batches = new ArrayList<>();
        for (int from = 0; from < values.size(); from += Math.min(size, values.size() - from)) {
            List<Value> batch =
                    new ArrayList<>(values.subList(from, (int) Math.min((long) from + size, values.size())));
            runtime.budget().list(batch.size());
            in.given("fill_with").ifPresent(fill -> {
                runtime.budget().list(size - (long) batch.size());
                while (batch.size() < size) {
                    batch.add(fill);
                }
            });
            batches.add(new Value.Items(batch));
        }
        return new Value.Lazy(batches.iterator());
    }

    private static Value slices(Runtime runtime, Bound in) {
        List<Value> values = list(runtime, in);
        int count = in.integer("slices");
        if (count < 1) {
            throw new Failure("slice: there has to be at least 1");
        }
        int larger = values.size() % count;
        List<Value> slices = new ArrayList<>(runtime.budget().list(count));
        int from = 0;
        for (int i = 0; i < count; i++) {
            int to = from + values.size() / count + (i < larger ? 1 : 0);
            List<Value> slice = new ArrayList<>(values.subList(from, to));
            if (i >= larger) {
                in.given("fill_with").ifPresent(slice::add);
            }
            slices.add(new Value.Items(slice));
            from = to;
        }
        return new Value.Lazy(slices.iterator());
    }

    private static Value sum(Runtime runtime, Bound in) {
        Value sum = in.find("start").orElse(new Value.Int(0));
        Operators operators = new Operators(runtime);
        for (Value value : list(runtime, in)) {
            Value term = in.given("attribute")
                    .map(attribute ->
                            Attributes.of(runtime, attribute, Optional.empty()).of(value))
                    .orElse(value);
            sum = operators.apply("+", sum, term);
        }
        return sum;
    }

    private static Value extreme(Runtime runtime, Bound in, boolean largest) {
        Attributes attribute = Attributes.of(runtime, in);
        Compared compared = new Compared(runtime.budget());
        List<Value> values = list(runtime, in);
        if (values.isEmpty()) {
            return new Value.Undefined("No aggregated item, sequence was empty.");
        }
        Value best = values.getFirst();
        for (Value value : values.subList(1, values.size())) {
            Value key = attribute.of(value);
            Value bestKey = attribute.of(best);
            best = (largest ? compared.less(bestKey, key) : compared.less(key, bestKey)) ? value : best;
        }
        return best;
    }
}
