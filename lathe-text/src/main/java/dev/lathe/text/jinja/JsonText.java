package dev.lathe.text.jinja;

import dev.lathe.base.PythonJson;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Python's {@code json.dumps}, which transformers puts in the place of Jinja's own filter tojson. */
final class JsonText {
    private final Budget budget;
    private final boolean ascii;
    private final Optional<String> indent;
    private final String itemSeparator;
    private final String keySeparator;
    private final boolean sorted;
    private final StringBuilder out = new StringBuilder();

    private JsonText(Budget budget, boolean ascii, Optional<String> indent, List<String> separators, boolean sorted) {
        this.budget = budget;
        this.ascii = ascii;
        this.indent = indent;
        this.itemSeparator = separators.getFirst();
        this.keySeparator = separators.getLast();
        this.sorted = sorted;
    }

    /** {@code in}: value, and perhaps ensure_ascii, indent, separators and sort_keys. */
    static Value filter(Runtime runtime, Bound in) {
        Budget budget = runtime.budget();
        Optional<String> indent = in.given("indent")
                .map(width -> width instanceof Value.Str text
                        ? text.text()
                        : " ".repeat(budget.text(Math.max(0, Numbers.index(width)))));
        List<String> separators = in.given("separators")
                .map(pair -> new Walk(budget)
                        .list(pair).stream().map(new Shown(budget)::text).toList())
                .orElse(List.of(indent.isPresent() ? "," : ", ", ": "));
        if (separators.size() != 2) {
            throw new Failure("tojson: separators have to be two");
        }
        JsonText json = new JsonText(budget, in.truth("ensure_ascii"), indent, separators, in.truth("sort_keys"));
        json.write(in.get("value"), 0);
        return Value.of(json.out.toString());
    }

    private void write(Value value, int depth) {
        budget.enter();
        switch (value) {
            case Value.None none -> out.append("null");
            case Value.Bool(boolean truth) -> out.append(truth);
            case Value.Int(BigInteger number) -> {
                budget.number(number.bitLength());
                out.append(number);
            }
            case Value.Real(double number) -> out.append(real(number));
            case Value.Str text -> string(text.text());
            case Value.Items(List<Value> values) -> list(values, depth);
            case Value.Tuple tuple -> list(tuple.values(), depth);
            case Dict dict -> dict(dict, depth);
            default -> throw new Failure("Object of type %s is not JSON serializable".formatted(value.type()));
        }
        budget.leave();
    }

    private static String real(double number) {
        if (Double.isFinite(number)) {
            return Numbers.text(number);
        }
        return Double.isNaN(number) ? "NaN" : number > 0 ? "Infinity" : "-Infinity";
    }

    private void list(List<Value> values, int depth) {
        out.append('[');
        for (int i = 0; i < values.size(); i++) {
            separate(i, depth + 1);
            write(values.get(i), depth + 1);
        }
        close(values.isEmpty(), depth);
        out.append(']');
    }

    private void dict(Dict dict, int depth) {
        List<Dict.Entry> entries = dict.entries();
        if (sorted) {
            List<Value> keys = dict.keys();
            entries = new ArrayList<>();
            for (Value key : new Compared(budget).sorted(keys, keys, false)) {
                entries.add(new Dict.Entry(key, dict.get(key).orElseThrow()));
            }
        }
        out.append('{');
        for (int i = 0; i < entries.size(); i++) {
            separate(i, depth + 1);
            string(key(entries.get(i).key()));
            out.append(keySeparator);
            write(entries.get(i).value(), depth + 1);
        }
        close(entries.isEmpty(), depth);
        out.append('}');
    }

    private static String key(Value key) {
        return switch (key) {
            case Value.Str text -> text.text();
            case Value.None none -> "null";
            case Value.Bool(boolean truth) -> String.valueOf(truth);
            case Value.Int(BigInteger number) -> number.toString();
            case Value.Real(double number) -> real(number);
            default -> throw new Failure("keys must be str, int, float, bool or None, not %s".formatted(key.type()));
        };
    }

    private void separate(int index, int depth) {
        budget.text(itemSeparator.length() + keySeparator.length());
        if (index > 0) {
            out.append(itemSeparator);
        }
        newLine(depth);
    }

    private void close(boolean empty, int depth) {
        if (!empty) {
            newLine(depth);
        }
    }

    private void newLine(int depth) {
        indent.ifPresent(width -> {
            budget.text((long) width.length() * depth);
            out.append('\n').repeat(width, depth);
        });
    }

    private void string(String text) {
        budget.text(text.length() * (ascii ? 6L : 2L));
        PythonJson.quote(out, text, ascii);
    }
}
