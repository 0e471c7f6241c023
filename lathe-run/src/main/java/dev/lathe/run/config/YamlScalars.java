package dev.lathe.run.config;

import java.math.BigInteger;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.nodes.NodeId;
import org.yaml.snakeyaml.nodes.Tag;
import org.yaml.snakeyaml.resolver.Resolver;

/**
 * What an unquoted word means: YAML 1.1 ({@code yes}, {@code 0x10}, {@code 1_000}) with OmegaConf's two changes,
 * {@code 1e-4} is a number although it has no dot, and a date is text.
 */
final class YamlScalars extends Resolver {
    private static final Pattern NUMBER = Pattern.compile("[-+]?(?:[0-9][0-9_]*\\.[0-9_]*(?:[eE][-+]?[0-9]+)?"
            + "|[0-9][0-9_]*[eE][-+]?[0-9]+"
            + "|\\.[0-9][0-9_]*(?:[eE][-+]?[0-9]+)?"
            + "|[0-9][0-9_]*(?::[0-5]?[0-9])+\\.[0-9_]*"
            + "|\\.(?:inf|Inf|INF))|\\.(?:nan|NaN|NAN)");

    private static final int MOST_DIGITS = 200;

    @Override
    protected void addImplicitResolvers() {
        addImplicitResolver(Tag.BOOL, BOOL, "yYnNtTfFoO");
        addImplicitResolver(Tag.INT, INT, "-+0123456789");
        addImplicitResolver(Tag.FLOAT, NUMBER, "-+0123456789.");
        addImplicitResolver(Tag.MERGE, MERGE, "<");
        addImplicitResolver(Tag.NULL, NULL, "~nN\0");
        addImplicitResolver(Tag.NULL, EMPTY, null);
    }

    /** What an unquoted word means on its own. */
    static Value read(String word) {
        return value(word, new YamlScalars().resolve(NodeId.scalar, word, true)).orElse(new Value.Text(word));
    }

    /** The word as a value of that tag; empty when the tag is none of a plain value's. */
    static Optional<Value> value(String word, Tag tag) {
        Value value;
        if (tag.equals(Tag.STR)) {
            value = new Value.Text(word);
        } else if (tag.equals(Tag.INT)) {
            value = whole(word);
        } else if (tag.equals(Tag.FLOAT)) {
            value = decimal(word);
        } else if (tag.equals(Tag.BOOL)) {
            value = flag(word);
        } else if (tag.equals(Tag.NULL)) {
            value = Value.NOTHING;
        } else {
            return Optional.empty();
        }
        return Optional.of(value);
    }

    private static Value flag(String word) {
        return new Value.Flag(
                switch (word.toLowerCase(Locale.ROOT)) {
                    case "yes", "true", "on" -> true;
                    default -> false;
                });
    }

    /** A whole number, in YAML 1.1's bases: {@code 0b}, {@code 0x}, a leading zero (octal), {@code 1:30} (sixties). */
    static Value whole(String word) {
        if (word.length() > MOST_DIGITS) {
            throw new NumberFormatException("more than %d digits".formatted(MOST_DIGITS));
        }
        String digits = word.replace("_", "").replaceFirst("^[-+]", "");
        BigInteger size;
        if (digits.startsWith("0b")) {
            size = new BigInteger(digits.substring(2), 2);
        } else if (digits.startsWith("0x")) {
            size = new BigInteger(digits.substring(2), 16);
        } else if (digits.indexOf(':') > 0) {
            size = sixties(digits);
        } else {
            boolean octal = digits.length() > 1 && digits.startsWith("0");
            size = new BigInteger(digits, octal ? 8 : 10);
        }
        BigInteger signed = word.startsWith("-") ? size.negate() : size;
        return signed.bitLength() < Long.SIZE
                ? new Value.Whole(signed.longValue())
                : new Value.Decimal(signed.doubleValue());
    }

    static Value decimal(String word) {
        String digits = word.replace("_", "").toLowerCase(Locale.ROOT).replaceFirst("^[-+]", "");
        double size;
        if (digits.equals(".inf")) {
            size = Double.POSITIVE_INFINITY;
        } else if (digits.equals(".nan")) {
            size = Double.NaN;
        } else if (digits.indexOf(':') > 0) {
            size = 0;
            for (String part : digits.split(":", -1)) {
                size = size * 60 + Double.parseDouble(part);
            }
        } else {
            size = Double.parseDouble(digits);
        }
        return new Value.Decimal(word.startsWith("-") ? -size : size);
    }

    private static BigInteger sixties(String digits) {
        BigInteger sum = BigInteger.ZERO;
        for (String part : digits.split(":", -1)) {
            sum = sum.multiply(BigInteger.valueOf(60)).add(new BigInteger(part));
        }
        return sum;
    }
}
