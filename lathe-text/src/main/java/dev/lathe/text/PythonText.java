package dev.lathe.text;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lathe.base.PythonJson;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/** What Python's {@code str} makes of a JSON value: such text stands in prompts that models were trained with. */
final class PythonText {
    private PythonText() {}

    /** A text is itself; anything else as Python would write it in a program. */
    static String of(JsonNode value) {
        return value.isTextual() ? value.textValue() : literal(value);
    }

    /** The same, and nothing for what is null or not there. */
    static String orEmpty(JsonNode value) {
        return value.isMissingNode() || value.isNull() ? "" : of(value);
    }

    private static String literal(JsonNode value) {
        if (value.isObject()) {
            return value.properties().stream()
                    .map(field -> quoted(field.getKey()) + ": " + literal(field.getValue()))
                    .collect(Collectors.joining(", ", "{", "}"));
        }
        if (value.isArray()) {
            return StreamSupport.stream(value.spliterator(), false)
                    .map(PythonText::literal)
                    .collect(Collectors.joining(", ", "[", "]"));
        }
        if (value.isTextual()) {
            return quoted(value.textValue());
        }
        if (value.isBoolean()) {
            return value.booleanValue() ? "True" : "False";
        }
        return value.isNull() ? "None" : PythonJson.line(value);
    }

    private static String quoted(String text) {
        boolean doubled = text.contains("'") && !text.contains("\"");
        String escaped = text.replace("\\", "\\\\")
                .replace("\n", "\\n")
                .replace("\r", "\\r")
                .replace("\t", "\\t");
        return doubled ? '"' + escaped + '"' : "'" + escaped.replace("'", "\\'") + "'";
    }
}
