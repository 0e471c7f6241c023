package dev.lathe.text.jinja;

import java.util.List;
import java.util.Map;
import java.util.Set;

/** Methods of dicts, lists and tuples. Those that would change one are out of a template's reach. */
final class CollectionMethods {
    static final Table NONE = new Table();

    static final Table DICT = new Table(
            new Native("get", "dict key default?", (runtime, in) -> {
                runtime.budget().key(in.get("key"));
                return dict(in).get(in.get("key"))
                        .orElseGet(() -> in.find("default").orElse(Value.None.NONE));
            }),
            new Native("keys", "dict", (runtime, in) -> view(runtime, "dict_keys", dict(in).keys())),
            new Native("values", "dict", (runtime, in) -> view(runtime, "dict_values", values(dict(in)))),
            new Native("items", "dict", (runtime, in) -> view(runtime, "dict_items", items(dict(in)))),
            new Native("copy", "dict", (runtime, in) -> in.get("dict")));

    static final Table LIST = new Table(
            new Native("copy", "list", (runtime, in) -> in.get("list")),
            new Native("count", "list value", (runtime, in) -> {
                Compared compared = new Compared(runtime.budget());
                return new Value.Int(list(in).stream()
                        .filter(item -> compared.equal(item, in.get("value")))
                        .count());
            }),
            new Native("index", "list value", (runtime, in) -> {
                Compared compared = new Compared(runtime.budget());
                List<Value> list = list(in);
                for (int i = 0; i < list.size(); i++) {
                    if (compared.equal(list.get(i), in.get("value"))) {
                        return new Value.Int(i);
                    }
                }
                throw new Failure("index(): the value is not in the list");
            }));

    private static final Map<String, Set<String>> CHANGING = Map.of(
            "dict", Set.of("clear", "pop", "popitem", "setdefault", "update"),
            "list", Set.of("append", "clear", "pop", "reverse", "insert", "sort", "extend", "remove"));

    private CollectionMethods() {}

    /** Whether this is a method that would change the value. */
    static boolean changes(Value value, String name) {
        return CHANGING.getOrDefault(value.type(), Set.of()).contains(name);
    }

    private static Value view(Runtime runtime, String name, List<Value> values) {
        runtime.budget().list(values.size());
        return new Value.View(name, values);
    }

    private static Dict dict(Bound in) {
        return (Dict) in.get("dict");
    }

    private static List<Value> list(Bound in) {
        return in.get("list") instanceof Value.Tuple tuple ? tuple.values() : ((Value.Items) in.get("list")).values();
    }

    static List<Value> values(Dict dict) {
        return dict.entries().stream().map(Dict.Entry::value).toList();
    }

    static List<Value> items(Dict dict) {
        return dict.entries().stream()
                .<Value>map(entry -> new Value.Tuple(List.of(entry.key(), entry.value())))
                .toList();
    }
}
