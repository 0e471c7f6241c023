package dev.lathe.base;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * JSON to the letter as Python's {@code json} reads it and lays it out, because the scripts that read the reference's logs
 * match text, and because models were trained on such text. Numbers that are not finite become strings: a loss that is NaN
 * must be seen, in a file every parser reads.
 */
public final class PythonJson {
    private PythonJson() {}

    /**
     * What Python makes of a text: a number with a point or an exponent is a double (1e5 is then written 100000.0), a whole
     * number keeps all its digits, of equal keys the last wins. Empty where the text is not one JSON value.
     */
    public static Optional<JsonNode> parse(String text) {
        try {
            JsonNode node = Json.MAPPER
                    .reader()
                    .without(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                    .readTree(text);
            return Optional.of(node).filter(value -> !value.isMissingNode());
        } catch (JsonProcessingException e) {
            return Optional.empty();
        }
    }

    /** On one line, keys in their order. */
    public static String line(JsonNode node) {
        return written(node, -1, false);
    }

    /** Over many lines, keys in their order, no newline at the end. */
    public static String indented(JsonNode node, int indent) {
        return written(node, indent, false);
    }

    /** Over many lines, keys sorted, no newline at the end. */
    public static String sorted(JsonNode node, int indent) {
        return written(node, indent, true);
    }

    private static String written(JsonNode node, int indent, boolean sorted) {
        StringBuilder out = new StringBuilder();
        write(out, node, indent, sorted, 0);
        return out.toString();
    }

    private static void write(StringBuilder out, JsonNode node, int indent, boolean sorted, int depth) {
        if (node.isObject()) {
            List<Map.Entry<String, JsonNode>> fields = sorted
                    ? node.properties().stream()
                            .sorted(Map.Entry.comparingByKey())
                            .toList()
                    : List.copyOf(node.properties());
            out.append('{');
            for (int i = 0; i < fields.size(); i++) {
                separate(out, i, indent, depth + 1);
                quote(out, fields.get(i).getKey(), false);
                out.append(": ");
                write(out, fields.get(i).getValue(), indent, sorted, depth + 1);
            }
            close(out, fields.isEmpty(), indent, depth);
            out.append('}');
        } else if (node.isArray()) {
            out.append('[');
            Iterator<JsonNode> values = node.iterator();
            for (int i = 0; values.hasNext(); i++) {
                separate(out, i, indent, depth + 1);
                write(out, values.next(), indent, sorted, depth + 1);
            }
            close(out, node.isEmpty(), indent, depth);
            out.append(']');
        } else if (node.isFloatingPointNumber()) {
            double value = node.doubleValue();
            out.append(Double.isFinite(value) ? number(value) : "\"" + value + "\"");
        } else if (node.isTextual()) {
            quote(out, node.textValue(), false);
        } else {
            out.append(node.asText());
        }
    }

    /**
     * Appends a string in quotes. Quotes, backslashes and control characters are escaped.
     *
     * @param ascii Python's {@code ensure_ascii}: whatever is no printable character of ASCII is escaped too
     */
    public static void quote(StringBuilder out, String text, boolean ascii) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                case '\b' -> out.append("\\b");
                case '\f' -> out.append("\\f");
                default -> {
                    if (c < ' ' || (ascii && c > '~')) {
                        out.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
    }

    private static void separate(StringBuilder out, int index, int indent, int depth) {
        if (indent < 0) {
            out.append(index == 0 ? "" : ", ");
        } else {
            out.append(index == 0 ? "\n" : ",\n").repeat(' ', indent * depth);
        }
    }

    private static void close(StringBuilder out, boolean empty, int indent, int depth) {
        if (indent >= 0 && !empty) {
            out.append('\n').repeat(' ', indent * depth);
        }
    }

    /** Python's {@code repr} of a finite float: shortest digits, an exponent below 1e-4 and from 1e16 on. */
    public static String number(double value) {
        if (value == 0) {
            return Double.toString(value);
        }
        BigDecimal shortest = new BigDecimal(Double.toString(value)).stripTrailingZeros();
        int exponent = shortest.precision() - shortest.scale() - 1;
        if (exponent >= -4 && exponent < 16) {
            String plain = shortest.toPlainString();
            return plain.contains(".") ? plain : plain + ".0";
        }
        String digits = shortest.movePointLeft(exponent).toPlainString();
        return String.format(Locale.ROOT, "%se%s%02d", digits, exponent < 0 ? "-" : "+", Math.abs(exponent));
    }

    /** Python's {@code round(value, places)}: of the exact binary value, ties to even. */
    public static double round(double value, int places) {
        return Double.isFinite(value)
                ? new BigDecimal(value).setScale(places, RoundingMode.HALF_EVEN).doubleValue()
                : value;
    }
}
