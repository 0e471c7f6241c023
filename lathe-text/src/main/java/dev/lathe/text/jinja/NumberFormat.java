package dev.lathe.text.jinja;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Locale;

/** A number by one of Python's format types: exact binary values, rounded half to even. */
final class NumberFormat {
    private NumberFormat() {}

    /** {@code type}: a blank for none; {@code precision}: -1 for none; {@code sign}: {@code -}, {@code +} or a blank. */
    static String of(Value number, char type, int precision, boolean alternate, char sign) {
        boolean whole = !(number instanceof Value.Real);
        String digits =
                switch (type) {
                    case 'd', 'i', 'u', 'n' -> integer(number, 10, "", false);
                    case 'b' -> integer(number, 2, "0b", alternate);
                    case 'o' -> integer(number, 8, "0o", alternate);
                    case 'x' -> integer(number, 16, "0x", alternate);
                    case 'X' -> integer(number, 16, "0x", alternate).toUpperCase(Locale.ROOT);
                    case 'c' -> character(Numbers.index(number));
                    case 'e', 'E', 'f', 'F', 'g', 'G', '%' -> real(Numbers.real(number), type, precision);
                    default ->
                        whole
                                ? Numbers.whole(number).toString()
                                : precision < 0
                                        ? Numbers.text(Numbers.real(number))
                                        : withPoint(real(Numbers.real(number), 'g', precision));
                };
        return digits.startsWith("-") || sign == '-' ? digits : sign + digits;
    }

    private static String character(int code) {
        if (!Character.isValidCodePoint(code)) {
            throw new Failure("%d is no character".formatted(code));
        }
        return Character.toString(code);
    }

    private static String withPoint(String digits) {
        return digits.matches("-?\\d+") ? digits + ".0" : digits;
    }

    private static String integer(Value number, int base, String prefix, boolean alternate) {
        BigInteger whole = Numbers.whole(number);
        return (whole.signum() < 0 ? "-" : "")
                + (alternate ? prefix : "")
                + whole.abs().toString(base);
    }

    private static String real(double number, char type, int precision) {
        boolean upper = Character.isUpperCase(type);
        String digits;
        if (!Double.isFinite(number)) {
            digits = Numbers.text(number) + (type == '%' ? "%" : "");
        } else {
            int places = precision < 0 ? 6 : precision;
            boolean negative = number < 0 || 1 / number < 0;
            BigDecimal size = new BigDecimal(Math.abs(number));
            digits = (negative ? "-" : "")
                    + switch (Character.toLowerCase(type)) {
                        case 'e' -> exponent(size, places, false);
                        case 'g' -> general(size, Math.max(1, places));
                        case '%' -> fixed(new BigDecimal(Math.abs(number) * 100), places) + "%";
                        default -> fixed(size, places);
                    };
        }
        return upper ? digits.toUpperCase(Locale.ROOT) : digits;
    }

    private static String fixed(BigDecimal size, int places) {
        return size.setScale(places, RoundingMode.HALF_EVEN).toPlainString();
    }

    private static String exponent(BigDecimal size, int places, boolean strip) {
        BigDecimal rounded = size.round(new MathContext(places + 1, RoundingMode.HALF_EVEN));
        int exponent = rounded.signum() == 0 ? 0 : rounded.precision() - rounded.scale() - 1;
        BigDecimal mantissa = rounded.movePointLeft(exponent).setScale(places, RoundingMode.HALF_EVEN);
        String digits = strip ? stripped(mantissa.toPlainString()) : mantissa.toPlainString();
        return "%se%s%02d".formatted(digits, exponent < 0 ? "-" : "+", Math.abs(exponent));
    }

    private static String general(BigDecimal size, int digits) {
        BigDecimal rounded = size.round(new MathContext(digits, RoundingMode.HALF_EVEN));
        int exponent = rounded.signum() == 0 ? 0 : rounded.precision() - rounded.scale() - 1;
        return exponent >= -4 && exponent < digits
                ? stripped(fixed(size, digits - 1 - exponent))
                : exponent(size, digits - 1, true);
    }

    private static String stripped(String digits) {
        return digits.contains(".") ? digits.replaceAll("\\.?0+$", "") : digits;
    }

    /** With the separator between thousands. */
    static String grouped(String digits, String separator) {
        StringBuilder out = new StringBuilder(digits);
        int begin = digits.startsWith("-") || digits.startsWith("+") || digits.startsWith(" ") ? 1 : 0;
        int end = begin;
        while (end < digits.length() && Character.isDigit(digits.charAt(end))) {
            end++;
        }
        for (int place = end - 3; place > begin; place -= 3) {
            out.insert(place, separator);
        }
        return out.toString();
    }
}
