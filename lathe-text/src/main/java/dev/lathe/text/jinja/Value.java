package dev.lathe.text.jinja;

import java.math.BigInteger;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A value that a template computes with: what JSON has, and what Python and Jinja add to it. Nothing of Java can be
 * reached through one. Records are not compared with {@code equals}: {@link Compared} knows Python's rules.
 */
sealed interface Value
        permits Dict,
                Value.None,
                Value.Bool,
                Value.Int,
                Value.Real,
                Value.Str,
                Value.Items,
                Value.Tuple,
                Value.View,
                Value.Range,
                Value.Lazy,
                Value.Undefined,
                Value.Namespace,
                Value.Function,
                Value.Instance {
    enum None implements Value {
        NONE
    }

    record Bool(boolean truth) implements Value {}

    record Int(BigInteger number) implements Value {
        Int(long number) {
            this(BigInteger.valueOf(number));
        }
    }

    record Real(double number) implements Value {}

    /** {@code markup}: it went through the filter safe or escape, and escapes what is added to it. */
    record Str(String text, boolean markup) implements Value {
        Str(String text) {
            this(text, false);
        }
    }

    /** A list. Templates cannot change one. */
    record Items(List<Value> values) implements Value {}

    /** {@code names}: attributes by place, for what the filter groupby makes; otherwise empty. */
    record Tuple(List<Value> values, List<String> names) implements Value {
        Tuple(List<Value> values) {
            this(values, List.of());
        }
    }

    /** What a dict's keys(), values() and items() give: has a length, but no element can be picked. */
    record View(String name, List<Value> values) implements Value {}

    record Range(long start, long stop, long step) implements Value {
        long length() {
            long span = step > 0 ? stop - start : start - stop;
            long stride = Math.abs(step);
            return span <= 0 ? 0 : (span + stride - 1) / stride;
        }
    }

    /** A generator: can be walked through once. */
    record Lazy(Iterator<Value> rest) implements Value {}

    /** What is not there: empty where it is printed, walked through or tested; any other use fails with the problem. */
    record Undefined(String problem) implements Value {}

    /** The one thing that a template can change: {@code namespace()} and {@code set ns.name}. */
    record Namespace(Map<String, Value> attributes) implements Value {}

    record Function(String name, Code code) implements Value {}

    /** A loop or a cycler: attributes that are asked for anew each time, and what a call does. */
    record Instance(String name, Map<String, Supplier<Value>> attributes, Optional<Code> code) implements Value {}

    /** What a call runs. */
    interface Code {
        Value call(Runtime runtime, Arguments arguments);
    }

    /** The name of its type in Python, for messages. */
    default String type() {
        return switch (this) {
            case None none -> "NoneType";
            case Bool bool -> "bool";
            case Int number -> "int";
            case Real number -> "float";
            case Str text -> text.markup() ? "Markup" : "str";
            case Items items -> "list";
            case Tuple tuple -> "tuple";
            case Dict dict -> "dict";
            case View view -> view.name();
            case Range range -> "range";
            case Lazy lazy -> "generator";
            case Undefined undefined -> "Undefined";
            case Namespace namespace -> "Namespace";
            case Function function -> "function";
            case Instance instance -> instance.name();
        };
    }

    /** Python's {@code bool()}. */
    default boolean truth() {
        return switch (this) {
            case None none -> false;
            case Bool(boolean truth) -> truth;
            case Int(BigInteger number) -> number.signum() != 0;
            case Real(double number) -> number != 0;
            case Str text -> !text.text().isEmpty();
            case Items(List<Value> values) -> !values.isEmpty();
            case Tuple tuple -> !tuple.values().isEmpty();
            case Dict dict -> dict.size() > 0;
            case View view -> !view.values().isEmpty();
            case Range range -> range.length() > 0;
            case Undefined undefined -> false;
            case Lazy lazy -> true;
            case Namespace namespace -> true;
            case Function function -> true;
            case Instance instance -> true;
        };
    }

    static Bool of(boolean truth) {
        return new Bool(truth);
    }

    static Str of(String text) {
        return new Str(text);
    }
}
