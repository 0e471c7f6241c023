package dev.lathe.text.jinja;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;

/** Python's ==, < and in. */
final class Compared {
    private final Budget budget;

    Compared(Budget budget) {
        this.budget = budget;
    }

    boolean equal(Value a, Value b) {
        if (a == b && !(a instanceof Value.Real)) {
            return true;
        }
        budget.step();
        if (Numbers.isNumber(a) && Numbers.isNumber(b)) {
            return compareNumbers(a, b) == 0 && !isNan(a) && !isNan(b);
        }
        budget.enter();
        boolean equal =
                switch (a) {
                    case Value.Str text -> b instanceof Value.Str other && equal(text.text(), other.text());
                    case Value.Items items -> b instanceof Value.Items other && equal(items.values(), other.values());
                    case Value.Tuple tuple -> b instanceof Value.Tuple other && equal(tuple.values(), other.values());
                    case Dict dict -> b instanceof Dict other && equal(dict, other);
                    case Value.Undefined undefined -> b instanceof Value.Undefined;
                    case Value.Range range -> b instanceof Value.Range other && equal(range, other);
                    default -> false;
                };
        budget.leave();
        return equal;
    }

    private boolean equal(String a, String b) {
        budget.read(a.length() == b.length() ? a.length() : 0);
        return a.equals(b);
    }

    private boolean equal(List<Value> a, List<Value> b) {
        if (a.size() != b.size()) {
            return false;
        }
        for (int i = 0; i < a.size(); i++) {
            if (!equal(a.get(i), b.get(i))) {
                return false;
            }
        }
        return true;
    }

    private boolean equal(Dict a, Dict b) {
        budget.steps(a.size());
        return a.size() == b.size()
                && a.entries().stream().allMatch(entry -> b.get(entry.key())
                        .filter(value -> equal(entry.value(), value))
                        .isPresent());
    }

    private static boolean equal(Value.Range a, Value.Range b) {
        long length = a.length();
        return length == b.length() && (length == 0 || a.start() == b.start()) && (length < 2 || a.step() == b.step());
    }

    private static boolean isNan(Value value) {
        return value instanceof Value.Real(double number) && Double.isNaN(number);
    }

    private static int compareNumbers(Value a, Value b) {
        boolean exact = Double.isFinite(roughly(a)) && Double.isFinite(roughly(b));
        return exact ? exactly(a).compareTo(exactly(b)) : Double.compare(roughly(a), roughly(b));
    }

    private static double roughly(Value number) {
        return number instanceof Value.Real(double real)
                ? real
                : Numbers.whole(number).signum();
    }

    private static BigDecimal exactly(Value number) {
        return number instanceof Value.Real(double real) ? new BigDecimal(real) : new BigDecimal(Numbers.whole(number));
    }

    boolean less(Value a, Value b) {
        budget.enter();
        boolean less;
        if (Numbers.isNumber(a) && Numbers.isNumber(b)) {
            less = compareNumbers(a, b) < 0 && !isNan(a) && !isNan(b);
        } else if (a instanceof Value.Str left && b instanceof Value.Str right) {
            less = compare(left.text(), right.text()) < 0;
        } else if (a instanceof Value.Items left && b instanceof Value.Items right) {
            less = less(left.values(), right.values());
        } else if (a instanceof Value.Tuple left && b instanceof Value.Tuple right) {
            less = less(left.values(), right.values());
        } else {
            throw Operators.failure("<", a, b);
        }
        budget.leave();
        return less;
    }

    private boolean less(List<Value> a, List<Value> b) {
        for (int i = 0; i < Math.min(a.size(), b.size()); i++) {
            if (!equal(a.get(i), b.get(i))) {
                return less(a.get(i), b.get(i));
            }
        }
        return a.size() < b.size();
    }

    /** By code points: what Java compares, halves of a character beyond the first 65536 ones, stands elsewhere. */
    private int compare(String a, String b) {
        int shorter = Math.min(a.length(), b.length());
        int i = 0;
        while (i < shorter && a.charAt(i) == b.charAt(i)) {
            i++;
        }
        budget.read(i);
        if (i == shorter) {
            return Integer.compare(a.length(), b.length());
        }
        return Integer.compare(a.codePointAt(i), b.codePointAt(i));
    }

    /** {@code a operator b} for ==, !=, <, <=, >, >=, in, not in. */
    boolean holds(String operator, Value a, Value b) {
        return switch (operator) {
            case "==" -> equal(a, b);
            case "!=" -> !equal(a, b);
            case "<" -> less(a, b);
            case ">" -> less(b, a);
            case "<=" -> less(a, b) || equal(a, b);
            case ">=" -> less(b, a) || equal(a, b);
            case "in" -> contains(b, a);
            case "not in" -> !contains(b, a);
            default -> throw new IllegalArgumentException(operator);
        };
    }

    boolean contains(Value container, Value item) {
        return switch (container) {
            case Value.Str text
            when item instanceof Value.Str part -> new Search(budget).indexOf(text.text(), part.text(), 0) >= 0;
            case Value.Str text ->
                throw new Failure("'in <string>' requires string as left operand, not " + item.type());
            case Dict dict -> {
                budget.key(item);
                yield dict.get(item).isPresent();
            }
            default -> isAmong(new Walk(budget).iterator(container), item);
        };
    }

    private boolean isAmong(Iterator<Value> values, Value item) {
        while (values.hasNext()) {
            budget.step();
            if (equal(values.next(), item)) {
                return true;
            }
        }
        return false;
    }

    /** Stable, like Python's. {@code keys}: what to compare, an element of {@code values} each. */
    List<Value> sorted(List<Value> values, List<Value> keys, boolean reverse) {
        List<Integer> order = new ArrayList<>(budget.list(values.size()));
        for (int i = 0; i < values.size(); i++) {
            order.add(i);
        }
        Comparator<Integer> rule =
                (i, j) -> less(keys.get(i), keys.get(j)) ? -1 : less(keys.get(j), keys.get(i)) ? 1 : 0;
        try {
            order.sort(reverse ? rule.reversed() : rule);
        } catch (IllegalArgumentException e) { // not a number has no place in an order
            throw new Failure("what is to be sorted has no order");
        }
        return order.stream().map(values::get).toList();
    }
}
