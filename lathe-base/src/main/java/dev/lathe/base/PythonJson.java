package dev.lathe.base;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * JSON to the letter as Python's {@code json.dumps} lays it out, because the scripts that read the reference's logs
 * match text. Numbers that are not finite become strings: a loss that is NaN must be seen, in a file every parser reads.
 */
public final class PythonJson {
    private PythonJson() {}

    /** On one line, keys in their order. */
    public static String line(JsonNode node) {
        StringBuilder out = new StringBuilder();
        write(out, node, -1, 0);
        return out.toString();
    }

    /** Over many lines, keys sorted, no newline at the end. */
    public static String sorted(JsonNode node, int indent) {
        StringBuilder out = new StringBuilder();
        write(out, node, indent, 0);
        return out.toString();
    }

    private static void write(StringBuilder out, JsonNode node, int indent, int depth) {
        if (node.isObject()) {
            List<Map.Entry<String, JsonNode>> fields = indent < 0
                    ? List.copyOf(node.properties())
                    : node.properties().stream()
                            .sorted(Map.Entry.comparingByKey())
                            .toList();
            out.append('{');
            for (int i = 0; i < fields.size(); i++) {
                separate(out, i, indent, depth + 1);
                out.append(Json.compact(fields.get(i).getKey())).append(": ");
                write(out, fields.get(i).getValue(), indent, depth + 1);
            }
            close(out, fields.isEmpty(), indent, depth);
            out.append('}');
        } else if (node.isArray()) {
            out.append('[');
            Iterator<JsonNode> values = node.iterator();
            for (int i = 0; values.hasNext(); i++) {
                separate(out, i, indent, depth + 1);
                write(out, values.next(), indent, depth + 1);
            }
            close(out, node.isEmpty(), indent, depth);
            out.append(']');
        } else if (node.isFloatingPointNumber()) {
            double value = node.doubleValue();
            out.append(Double.isFinite(value) ? number(value) : "\"" + value + "\"");
        } else {
            out.append(Json.compact(node));
        }
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
