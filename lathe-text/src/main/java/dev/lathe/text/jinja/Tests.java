package dev.lathe.text.jinja;

import java.math.BigInteger;
import java.util.List;

/** Jinja2's tests: what stands behind {@code is}. */
final class Tests {
    private static final Table ALL = Table.of(
            new Table(
                    plain("defined", value -> !(value instanceof Value.Undefined)),
                    plain("undefined", value -> value instanceof Value.Undefined),
                    plain("none", value -> value == Value.None.NONE),
                    plain("boolean", value -> value instanceof Value.Bool),
                    plain("true", value -> value instanceof Value.Bool(boolean truth) && truth),
                    plain("false", value -> value instanceof Value.Bool(boolean truth) && !truth),
                    plain("integer", value -> value instanceof Value.Int),
                    plain("float", value -> value instanceof Value.Real),
                    plain("number", Numbers::isNumber),
                    plain("string", value -> value instanceof Value.Str),
                    plain("mapping", value -> value instanceof Dict),
                    plain("sequence", Tests::isSequence),
                    plain("escaped", value -> value instanceof Value.Str text && text.markup()),
                    plain(
                            "callable",
                            value -> value instanceof Value.Function
                                    || (value instanceof Value.Instance instance
                                            && instance.code().isPresent())),
                    plain("odd", value -> Numbers.whole(value).testBit(0)),
                    plain("even", value -> !Numbers.whole(value).testBit(0)),
                    new Native(
                            "iterable",
                            "value",
                            (runtime, in) -> Value.of(new Walk(runtime.budget()).isIterable(in.get("value")))),
                    new Native("lower", "value", (runtime, in) -> Value.of(CharacterTests.isLower(text(runtime, in)))),
                    new Native("upper", "value", (runtime, in) -> Value.of(CharacterTests.isUpper(text(runtime, in)))),
                    plain(
                            "filter",
                            value -> value instanceof Value.Str(String name, boolean m) && Filters.exists(name)),
                    plain("test", value -> value instanceof Value.Str(String name, boolean m) && exists(name)),
                    new Native(
                            "divisibleby",
                            "value num",
                            (runtime, in) -> Value.of(divides(in.get("value"), in.get("num")))),
                    new Native(
                            "sameas", "value other", (runtime, in) -> Value.of(same(in.get("value"), in.get("other")))),
                    comparison("in", "in")),
            comparisons("==", "eq", "equalto"),
            comparisons("!=", "ne"),
            comparisons(">", "gt", "greaterthan"),
            comparisons(">=", "ge"),
            comparisons("<", "lt", "lessthan"),
            comparisons("<=", "le"));

    private Tests() {}

    /** {@code arguments} begin with the value. */
    static boolean apply(Runtime runtime, String name, Arguments arguments) {
        return ALL.find(name)
                .orElseThrow(() -> new Failure("there is no test %s in Lathe's Jinja".formatted(name)))
                .call(runtime, arguments)
                .truth();
    }

    private static boolean exists(String name) {
        return ALL.find(name).isPresent();
    }

    private interface Plain {
        boolean holds(Value value);
    }

    private static Native plain(String name, Plain test) {
        return new Native(name, "value", (runtime, in) -> Value.of(test.holds(in.get("value"))));
    }

    private static Native comparison(String name, String operator) {
        return new Native(
                name,
                "value other",
                (runtime, in) ->
                        Value.of(new Compared(runtime.budget()).holds(operator, in.get("value"), in.get("other"))));
    }

    private static Table comparisons(String operator, String... names) {
        return Table.of(
                new Table(comparison(operator, operator)),
                Table.of(List.of(names).stream()
                        .map(name -> new Table(comparison(name, operator)))
                        .toArray(Table[]::new)));
    }

    private static boolean isSequence(Value value) {
        return switch (value) {
            case Value.Str text -> true;
            case Value.Items items -> true;
            case Value.Tuple tuple -> true;
            case Dict dict -> true;
            case Value.Range range -> true;
            case Value.Undefined undefined -> true;
            default -> false;
        };
    }

    private static String text(Runtime runtime, Bound in) {
        String text = new Shown(runtime.budget()).text(in.get("value"));
        runtime.budget().text(text.length());
        return text;
    }

    private static boolean divides(Value value, Value by) {
        BigInteger divisor = Numbers.whole(by);
        if (divisor.signum() == 0) {
            throw new Failure("division by zero");
        }
        return Numbers.whole(value).mod(divisor.abs()).signum() == 0;
    }

    /** The same thing and not only an equal one; of numbers and texts Python keeps one where they are small. */
    private static boolean same(Value a, Value b) {
        return switch (a) {
            case Value.Bool(boolean truth) -> b instanceof Value.Bool(boolean other) && truth == other;
            case Value.Int(BigInteger number) -> b instanceof Value.Int(BigInteger other) && number.equals(other);
            case Value.Str text -> b instanceof Value.Str other && text.text().equals(other.text());
            default -> a == b;
        };
    }
}
