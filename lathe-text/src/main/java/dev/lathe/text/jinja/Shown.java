package dev.lathe.text.jinja;

import java.math.BigInteger;
import java.util.List;

/** Python's str() and repr(). */
final class Shown {
    private final Budget budget;

    Shown(Budget budget) {
        this.budget = budget;
    }

    String text(Value value) {
        return switch (value) {
            case Value.Str text -> text.text();
            case Value.Undefined undefined -> "";
            default -> {
                StringBuilder out = new StringBuilder();
                represent(value, out);
                yield out.toString();
            }
        };
    }

    String repr(Value value) {
        StringBuilder out = new StringBuilder();
        represent(value, out);
        return out.toString();
    }

    private void represent(Value value, StringBuilder out) {
        budget.enter();
        switch (value) {
            case Value.None none -> out.append("None");
            case Value.Bool(boolean truth) -> out.append(truth ? "True" : "False");
            case Value.Int(BigInteger number) -> {
                budget.number(number.bitLength());
                out.append(number);
            }
            case Value.Real(double number) -> out.append(Numbers.text(number));
            case Value.Str(String text, boolean markup) -> {
                budget.text(text.length() * 4L);
                String quoted = PythonText.quoted(text);
                out.append(markup ? "Markup(" + quoted + ")" : quoted);
            }
            case Value.Items(List<Value> values) -> all(out, "[", values, this::represent, "]");
            case Value.Tuple tuple ->
                all(out, "(", tuple.values(), this::represent, tuple.values().size() == 1 ? ",)" : ")");
            case Dict dict -> dict(dict, out);
            case Value.View view -> all(out, view.name() + "([", view.values(), this::represent, "])");
            case Value.Range range ->
                out.append("range(%d, %d".formatted(range.start(), range.stop()))
                        .append(range.step() == 1 ? ")" : ", %d)".formatted(range.step()));
            case Value.Undefined undefined -> out.append("Undefined");
            case Value.Namespace namespace -> {
                Dict attributes = new Dict();
                namespace.attributes().forEach((name, attribute) -> attributes.put(Value.of(name), attribute));
                out.append("<Namespace ");
                dict(attributes, out);
                out.append('>');
            }
            case Value.Lazy lazy -> throw unprintable("generator");
            case Value.Function function -> throw unprintable("function " + function.name());
            case Value.Instance instance -> throw unprintable(instance.name());
        }
        budget.leave();
    }

    /** Python would print where in memory it lies. */
    private static Failure unprintable(String what) {
        return new Failure("the %s is printed and not what it gives".formatted(what));
    }

    private void dict(Dict dict, StringBuilder out) {
        all(
                out,
                "{",
                dict.entries(),
                (entry, into) -> {
                    represent(entry.key(), into);
                    into.append(": ");
                    represent(entry.value(), into);
                },
                "}");
    }

    private interface Writer<T> {
        void write(T item, StringBuilder out);
    }

    private <T> void all(StringBuilder out, String open, List<T> items, Writer<T> writer, String close) {
        out.append(open);
        for (int i = 0; i < items.size(); i++) {
            out.append(i == 0 ? "" : ", ");
            writer.write(items.get(i), out);
        }
        out.append(close);
    }
}
