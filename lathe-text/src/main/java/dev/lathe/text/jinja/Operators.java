package dev.lathe.text.jinja;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;

/** Python's arithmetic, on numbers, texts and lists. */
final class Operators {
    private static final MathContext EXACT_ENOUGH = new MathContext(60);

    private final Runtime runtime;
    private final Budget budget;

    Operators(Runtime runtime) {
        this.runtime = runtime;
        this.budget = runtime.budget();
    }

    Value apply(String operator, Value a, Value b) {
        if (Numbers.isNumber(a) && Numbers.isNumber(b)) {
            return a instanceof Value.Real || b instanceof Value.Real || operator.equals("/")
                    ? real(operator, a, b)
                    : whole(operator, Numbers.whole(a), Numbers.whole(b));
        }
        if (operator.equals("%") && a instanceof Value.Str format) {
            return new Formatting(runtime).percent(format, b);
        }
        return switch (operator) {
            case "+" -> sum(a, b);
            case "*" -> repeated(a, b);
            default -> throw failure(operator, a, b);
        };
    }

    static Failure failure(String operator, Value a, Value b) {
        for (Value operand : List.of(a, b)) {
            if (operand instanceof Value.Undefined(String problem)) {
                return new Failure(problem);
            }
        }
        return new Failure("%s cannot be used between %s and %s".formatted(operator, a.type(), b.type()));
    }

    private Value sum(Value a, Value b) {
        if (a instanceof Value.Str left && b instanceof Value.Str right) {
            boolean markup = left.markup() || right.markup();
            String first = markup && !left.markup() ? PythonText.escaped(left.text()) : left.text();
            String second = markup && !right.markup() ? PythonText.escaped(right.text()) : right.text();
            budget.text((long) first.length() + second.length());
            return new Value.Str(first.concat(second), markup);
        }
        if (a instanceof Value.Items left && b instanceof Value.Items right) {
            return new Value.Items(joined(left.values(), right.values()));
        }
        if (a instanceof Value.Tuple left && b instanceof Value.Tuple right) {
            return new Value.Tuple(joined(left.values(), right.values()));
        }
        throw failure("+", a, b);
    }

    private List<Value> joined(List<Value> a, List<Value> b) {
        List<Value> all = new ArrayList<>(budget.list((long) a.size() + b.size()));
        all.addAll(a);
        all.addAll(b);
        return all;
    }

    private Value repeated(Value a, Value b) {
        Value many = Numbers.integer(a).isPresent() ? b : a;
        Value count = many == a ? b : a;
        if (Numbers.integer(count).isEmpty()) {
            throw failure("*", a, b);
        }
        long times = Math.max(0, Numbers.index(count));
        return switch (many) {
            case Value.Str(String text, boolean markup) -> {
                budget.text(text.length() * times);
                yield new Value.Str(text.repeat((int) times), markup);
            }
            case Value.Items(List<Value> values) -> new Value.Items(repeated(values, times));
            case Value.Tuple tuple -> new Value.Tuple(repeated(tuple.values(), times));
            default -> throw failure("*", a, b);
        };
    }

    private List<Value> repeated(List<Value> values, long times) {
        List<Value> all = new ArrayList<>(budget.list(values.size() * times));
        for (long i = 0; i < (values.isEmpty() ? 0 : times); i++) {
            all.addAll(values);
        }
        return all;
    }

    private Value whole(String operator, BigInteger a, BigInteger b) {
        budget.number(Math.max(a.bitLength(), b.bitLength()));
        return switch (operator) {
            case "+" -> Numbers.checked(a.add(b));
            case "-" -> Numbers.checked(a.subtract(b));
            case "*" -> Numbers.checked(a.multiply(b));
            case "//" -> new Value.Int(floored(a, nonZero(b)));
            case "%" -> new Value.Int(a.subtract(floored(a, nonZero(b)).multiply(b)));
            case "**" -> power(a, b);
            default -> throw new IllegalArgumentException(operator);
        };
    }

    private static BigInteger floored(BigInteger a, BigInteger b) {
        BigInteger[] parts = a.divideAndRemainder(b);
        boolean down = parts[1].signum() != 0 && parts[1].signum() != b.signum();
        return down ? parts[0].subtract(BigInteger.ONE) : parts[0];
    }

    private static BigInteger nonZero(BigInteger divisor) {
        if (divisor.signum() == 0) {
            throw new Failure("division by zero");
        }
        return divisor;
    }

    private Value power(BigInteger base, BigInteger exponent) {
        if (exponent.signum() < 0) {
            return real("**", new Value.Int(base), new Value.Int(exponent));
        }
        if (base.bitLength() <= 1 && base.abs().bitLength() <= 1) { // -1, 0 and 1
            return new Value.Int(base.pow(exponent.signum() == 0 ? 0 : exponent.testBit(0) ? 1 : 2));
        }
        boolean small =
                exponent.bitLength() < 20 && (long) (base.bitLength() - 1) * exponent.intValue() <= Numbers.MOST_BITS;
        if (small) {
            budget.number((long) base.bitLength() * exponent.intValue());
        }
        return Numbers.checked(small ? base.pow(exponent.intValue()) : BigInteger.ONE.shiftLeft(Numbers.MOST_BITS));
    }

    private Value real(String operator, Value a, Value b) {
        if (operator.equals("/") && !(a instanceof Value.Real) && !(b instanceof Value.Real)) {
            return quotient(Numbers.whole(a), nonZero(Numbers.whole(b)));
        }
        double x = Numbers.real(a);
        double y = Numbers.real(b);
        if (y == 0 && !List.of("+", "-", "*", "**").contains(operator)) {
            throw new Failure("division by zero");
        }
        return new Value.Real(
                switch (operator) {
                    case "+" -> x + y;
                    case "-" -> x - y;
                    case "*" -> x * y;
                    case "/" -> x / y;
                    case "//" -> Math.floor(x / y);
                    case "%" -> x % y == 0 ? Math.copySign(0, y) : x % y + (x % y < 0 == y < 0 ? 0 : y);
                    case "**" -> {
                        if (x == 0 && y < 0) {
                            throw new Failure("0.0 cannot be raised to a negative power");
                        }
                        yield Math.pow(x, y);
                    }
                    default -> throw new IllegalArgumentException(operator);
                });
    }

    /** Rounded once, however large both are. */
    private static Value quotient(BigInteger a, BigInteger b) {
        double quotient =
                new BigDecimal(a).divide(new BigDecimal(b), EXACT_ENOUGH).doubleValue();
        if (Double.isInfinite(quotient)) {
            throw new Failure("integer division result too large for a float");
        }
        return new Value.Real(quotient);
    }

    Value signed(boolean negative, Value operand) {
        if (operand instanceof Value.Real(double number)) {
            return new Value.Real(negative ? -number : number);
        }
        if (Numbers.integer(operand).isEmpty()) {
            throw operand instanceof Value.Undefined(String problem)
                    ? new Failure(problem)
                    : new Failure("a sign cannot be put before " + operand.type());
        }
        BigInteger number = Numbers.whole(operand);
        return new Value.Int(negative ? number.negate() : number);
    }
}
