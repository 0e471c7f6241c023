package dev.lathe.text.jinja;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * {@code value.name}, {@code value[index]} and {@code value[start:stop:step]}. As in Jinja, a point finds a method before a
 * key of a dict, brackets find the key first; what is not found is {@link Value.Undefined}.
 */
final class Lookup {
    private final Budget budget;

    Lookup(Budget budget) {
        this.budget = budget;
    }

    Value attribute(Value value, String name) {
        return own(value, name)
                .or(() -> element(value, Value.of(name)))
                .orElseGet(() -> missing(value, Value.of(name)));
    }

    Value item(Value value, Value index) {
        return element(value, index)
                .or(() -> index instanceof Value.Str name ? own(value, name.text()) : Optional.empty())
                .orElseGet(() -> missing(value, index));
    }

    /** An attribute alone, for the filter attr. */
    Value ownAttribute(Value value, String name) {
        return own(value, name).orElseGet(() -> missing(value, Value.of(name)));
    }

    private Optional<Value> own(Value value, String name) {
        return switch (value) {
            case Value.Undefined(String problem) -> throw new Failure(problem);
            case Value.Namespace namespace ->
                Optional.ofNullable(namespace.attributes().get(name));
            case Value.Instance instance ->
                Optional.ofNullable(instance.attributes().get(name)).map(attribute -> attribute.get());
            case Value.Tuple tuple
            when tuple.names().contains(name) ->
                Optional.of(tuple.values().get(tuple.names().indexOf(name)));
            default ->
                CollectionMethods.changes(value, name)
                        ? Optional.of(new Value.Undefined(
                                "access to attribute '%s' of '%s' object is unsafe.".formatted(name, value.type())))
                        : methods(value).find(name).map(method -> method.method(value));
        };
    }

    private static Table methods(Value value) {
        return switch (value) {
            case Value.Str text -> StringMethods.ALL;
            case Dict dict -> CollectionMethods.DICT;
            case Value.Items items -> CollectionMethods.LIST;
            case Value.Tuple tuple -> CollectionMethods.LIST;
            default -> CollectionMethods.NONE;
        };
    }

    private Optional<Value> element(Value value, Value index) {
        return switch (value) {
            case Value.Undefined(String problem) -> throw new Failure(problem);
            case Dict dict
            when isKey(index) -> {
                budget.key(index);
                yield dict.get(index);
            }
            case Value.Items items -> place(index, items.values().size()).map(items.values()::get);
            case Value.Tuple tuple -> place(index, tuple.values().size()).map(tuple.values()::get);
            case Value.Range range ->
                place(index, (int) range.length()).map(i -> new Value.Int(range.start() + i * range.step()));
            case Value.Str(String text, boolean markup) -> {
                budget.read(text.length());
                yield place(index, PythonText.length(text)).map(i -> new Value.Str(PythonText.at(text, i), markup));
            }
            default -> Optional.empty();
        };
    }

    private static boolean isKey(Value index) {
        return !(index instanceof Value.Items || index instanceof Dict);
    }

    private static Optional<Integer> place(Value index, int length) {
        return Numbers.integer(index)
                .map(i -> i.signum() < 0 ? i.add(BigInteger.valueOf(length)) : i)
                .filter(i -> i.signum() >= 0 && i.compareTo(BigInteger.valueOf(length)) < 0)
                .map(BigInteger::intValue);
    }

    private Value.Undefined missing(Value value, Value index) {
        String owner = value == Value.None.NONE ? "None" : value.type() + " object";
        return new Value.Undefined(
                index instanceof Value.Str(String name, boolean markup)
                        ? "'%s' has no attribute '%s'".formatted(owner, name)
                        : "%s has no element %s".formatted(owner, new Shown(budget).repr(index)));
    }

    Value slice(Value value, Optional<Value> start, Optional<Value> stop, Optional<Value> step) {
        return switch (value) {
            case Value.Items(List<Value> values) -> new Value.Items(picked(values, start, stop, step));
            case Value.Tuple tuple -> new Value.Tuple(picked(tuple.values(), start, stop, step));
            case Value.Range range -> new Value.Items(picked(new Walk(budget).list(range), start, stop, step));
            case Value.Str(String text, boolean markup) -> {
                budget.text(text.length());
                int[] characters = text.codePoints().toArray();
                StringBuilder out = new StringBuilder();
                places(characters.length, start, stop, step).forEach(i -> out.appendCodePoint(characters[i]));
                yield new Value.Str(out.toString(), markup);
            }
            case Value.Undefined(String problem) -> throw new Failure(problem);
            default -> throw new Failure("a slice cannot be taken of %s".formatted(value.type()));
        };
    }

    private List<Value> picked(List<Value> values, Optional<Value> start, Optional<Value> stop, Optional<Value> step) {
        List<Value> picked = new ArrayList<>();
        places(values.size(), start, stop, step).forEach(i -> picked.add(values.get(i)));
        budget.steps(picked.size());
        return picked;
    }

    private static IntStream places(int length, Optional<Value> start, Optional<Value> stop, Optional<Value> step) {
        int stride = step.map(Lookup::bound).orElse(1);
        if (stride == 0) {
            throw new Failure("slice step cannot be zero");
        }
        int lowest = stride > 0 ? 0 : -1;
        int highest = stride > 0 ? length : length - 1;
        int from = start.map(i -> clamped(bound(i), length, lowest, highest)).orElse(stride > 0 ? lowest : highest);
        int to = stop.map(i -> clamped(bound(i), length, lowest, highest)).orElse(stride > 0 ? highest : lowest);
        return stride > 0
                ? IntStream.iterate(from, i -> i < to, i -> next(i, stride))
                : IntStream.iterate(from, i -> i > to, i -> next(i, stride));
    }

    private static int next(int place, int stride) {
        return Math.clamp((long) place + stride, -1, Integer.MAX_VALUE);
    }

    private static int clamped(int place, int length, int lowest, int highest) {
        long counted = place < 0 ? (long) place + length : place;
        return Math.clamp(counted, lowest, highest);
    }

    private static int bound(Value index) {
        if (Numbers.integer(index).isEmpty()) {
            throw new Failure("slice indices must be integers or None, not %s".formatted(index.type()));
        }
        return Numbers.index(index);
    }
}
