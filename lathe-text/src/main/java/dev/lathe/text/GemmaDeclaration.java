package dev.lathe.text;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/** A tool as Gemma 4 has it declared. */
final class GemmaDeclaration {
    private GemmaDeclaration() {}

    static String of(Tool tool) {
        JsonNode function = tool.function();
        JsonNode parameters = function.path("parameters");
        JsonNode response = function.path("response");
        List<String> parts = new ArrayList<>();
        parts.add("description:" + GemmaCalls.quoted(PythonText.orEmpty(function.path("description"))));
        if (!parameters.isEmpty()) {
            parts.add("parameters:" + parameters(tool, parameters));
        }
        if (!response.isEmpty()) {
            parts.add("response:" + response(response));
        }
        return "declaration:" + tool.name() + braces(parts);
    }

    private static String parameters(Tool tool, JsonNode parameters) {
        List<String> parts = new ArrayList<>();
        Map<String, JsonNode> properties = tool.properties();
        if (!properties.isEmpty()) {
            parts.add("properties:"
                    + braces(properties.entrySet().stream()
                            .map(property -> property.getKey() + ":" + property(property.getValue()))
                            .toList()));
        }
        if (!parameters.path("required").isEmpty()) {
            parts.add("required:"
                    + StreamSupport.stream(parameters.get("required").spliterator(), false)
                            .map(name -> GemmaCalls.quoted(PythonText.of(name)))
                            .collect(Collectors.joining(",", "[", "]")));
        }
        addType(parts, parameters);
        return braces(parts);
    }

    private static String property(JsonNode schema) {
        List<String> parts = new ArrayList<>();
        addDescription(parts, schema);
        addType(parts, schema);
        return braces(parts);
    }

    private static String response(JsonNode response) {
        List<String> parts = new ArrayList<>();
        addDescription(parts, response);
        if (response.path("type").asText().equalsIgnoreCase("object")) {
            addType(parts, response);
        }
        return braces(parts);
    }

    private static void addDescription(List<String> parts, JsonNode schema) {
        String description = PythonText.orEmpty(schema.path("description"));
        if (!description.isEmpty()) {
            parts.add("description:" + GemmaCalls.quoted(description));
        }
    }

    private static void addType(List<String> parts, JsonNode schema) {
        String type = PythonText.orEmpty(schema.path("type"));
        if (!type.isEmpty()) {
            parts.add("type:" + GemmaCalls.quoted(type.toUpperCase(Locale.ROOT)));
        }
    }

    private static String braces(List<String> parts) {
        return "{" + String.join(",", parts) + "}";
    }
}
