package dev.lathe.text.jinja;

import dev.lathe.base.PythonJson;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Optional;

/** Python's numbers: whole ones of any size (up to 4300 digits, where Python stops writing them), and doubles. */
final class Numbers {
    private static final int MOST_DIGITS = 4300;
    static final int MOST_BITS = 14_284; // of a number with that many digits

    private Numbers() {}

    /** Of an int or a bool, which is an int in Python. */
    static Optional<BigInteger> integer(Value value) {
        return switch (value) {
            case Value.Int(BigInteger number) -> Optional.of(number);
            case Value.Bool(boolean truth) -> Optional.of(truth ? BigInteger.ONE : BigInteger.ZERO);
            default -> Optional.empty();
        };
    }

    static boolean isNumber(Value value) {
        return value instanceof Value.Real || integer(value).isPresent();
    }

    static double real(Value number) {
        if (number instanceof Value.Real(double real)) {
            return real;
        }
        double real = whole(number).doubleValue();
        if (Double.isInfinite(real)) {
            throw new Failure("int too large to convert to float");
        }
        return real;
    }

    static BigInteger whole(Value value) {
        return integer(value)
                .orElseThrow(() -> new Failure(
                        value instanceof Value.Undefined(String problem)
                                ? problem
                                : "'%s' object cannot be interpreted as an integer".formatted(value.type())));
    }

    /** For counts and places: clamped to an int. */
    static int index(Value value) {
        BigInteger number = whole(value);
        return number.bitLength() < Integer.SIZE
                ? number.intValue()
                : number.signum() < 0 ? Integer.MIN_VALUE : Integer.MAX_VALUE;
    }

    static Value.Int checked(BigInteger number) {
        if (number.bitLength() > MOST_BITS) {
            throw new Failure("a number has more than %d digits".formatted(MOST_DIGITS));
        }
        return new Value.Int(number);
    }

    /** Python's {@code int(text)}, if it is one. */
    static Optional<Value> parsedInteger(String text, int base) {
        String bare = PythonText.strip(text);
        String digits = bare.startsWith("-") || bare.startsWith("+") ? bare.substring(1) : bare;
        digits = withoutPrefix(digits, base);
        boolean underscores = digits.startsWith("_") || digits.endsWith("_") || digits.contains("__");
        if (digits.isEmpty() || digits.length() > MOST_DIGITS || underscores || "+-".indexOf(digits.charAt(0)) >= 0) {
            return Optional.empty();
        }
        try {
            BigInteger number = new BigInteger(digits.replace("_", ""), base);
            return Optional.of(new Value.Int(bare.startsWith("-") ? number.negate() : number));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    private static String withoutPrefix(String digits, int base) {
        String prefix =
                switch (base) {
                    case 2 -> "0b";
                    case 8 -> "0o";
                    case 16 -> "0x";
                    default -> "-";
                };
        return digits.regionMatches(true, 0, prefix, 0, 2) ? digits.substring(2) : digits;
    }

    /** Python's {@code float(text)}, if it is one. */
    static Optional<Double> parsedReal(String text) {
        String bare = PythonText.strip(text).replaceAll("(?<=\\d)_(?=\\d)", "");
        String sign = bare.startsWith("-") ? "-" : "";
        String digits = bare.startsWith("-") || bare.startsWith("+") ? bare.substring(1) : bare;
        if (digits.length() <= 1000 && digits.matches("(\\d++\\.?\\d*+|\\.\\d++)([eE][+-]?\\d{1,9})?")) {
            return Optional.of(Double.parseDouble(sign + digits));
        }
        if (digits.equalsIgnoreCase("inf") || digits.equalsIgnoreCase("infinity")) {
            return Optional.of(sign.isEmpty() ? Double.POSITIVE_INFINITY : Double.NEGATIVE_INFINITY);
        }
        return digits.equalsIgnoreCase("nan") ? Optional.of(Double.NaN) : Optional.empty();
    }

    /** Towards zero. */
    static Value.Int truncated(double number) {
        if (!Double.isFinite(number)) {
            throw new Failure("cannot convert float %s to integer".formatted(text(number)));
        }
        return new Value.Int(new BigDecimal(number).toBigInteger());
    }

    /** Python's {@code repr}. */
    static String text(double number) {
        if (Double.isNaN(number)) {
            return "nan";
        }
        return Double.isInfinite(number) ? (number > 0 ? "inf" : "-inf") : PythonJson.number(number);
    }
}
