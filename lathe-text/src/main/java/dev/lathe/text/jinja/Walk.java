package dev.lathe.text.jinja;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.LongStream;

/** Python's iter(), list() and len(). */
final class Walk {
    private final Budget budget;

    Walk(Budget budget) {
        this.budget = budget;
    }

    /** What can be walked through, a step each. Throws {@link Failure} for what cannot. */
    Iterator<Value> iterator(Value value) {
        return switch (value) {
            case Value.Items items -> items.values().iterator();
            case Value.Tuple tuple -> tuple.values().iterator();
            case Value.View view -> view.values().iterator();
            case Dict dict -> {
                budget.steps(dict.size());
                yield dict.keys().iterator();
            }
            case Value.Str(String text, boolean markup) -> {
                budget.list(text.length());
                yield PythonText.characters(text).iterator();
            }
            case Value.Range range ->
                LongStream.range(0, range.length())
                        .<Value>mapToObj(i -> new Value.Int(range.start() + i * range.step()))
                        .iterator();
            case Value.Lazy lazy -> lazy.rest();
            case Value.Undefined undefined -> List.<Value>of().iterator();
            default -> throw new Failure("'%s' object is not iterable".formatted(value.type()));
        };
    }

    boolean isIterable(Value value) {
        return switch (value) {
            case Value.Items items -> true;
            case Value.Tuple tuple -> true;
            case Value.View view -> true;
            case Dict dict -> true;
            case Value.Str text -> true;
            case Value.Range range -> true;
            case Value.Lazy lazy -> true;
            case Value.Undefined undefined -> true;
            default -> false;
        };
    }

    List<Value> list(Value value) {
        if (value instanceof Value.Items(List<Value> values)) {
            budget.steps(values.size());
            return values;
        }
        List<Value> list = new ArrayList<>();
        Iterator<Value> values = iterator(value);
        while (values.hasNext()) {
            budget.list(1);
            list.add(values.next());
        }
        return list;
    }

    long length(Value value) {
        return switch (value) {
            case Value.Items items -> items.values().size();
            case Value.Tuple tuple -> tuple.values().size();
            case Value.View view -> view.values().size();
            case Dict dict -> dict.size();
            case Value.Str(String text, boolean markup) -> {
                budget.read(text.length());
                yield PythonText.length(text);
            }
            case Value.Range range -> range.length();
            case Value.Undefined undefined -> 0;
            case Value.Instance loop
            when loop.attributes().containsKey("length") ->
                Numbers.index(loop.attributes().get("length").get());
            default -> throw new Failure("object of type '%s' has no len()".formatted(value.type()));
        };
    }
}
