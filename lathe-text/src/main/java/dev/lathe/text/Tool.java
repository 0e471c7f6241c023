package dev.lathe.text;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lathe.base.Json;
import dev.lathe.base.PythonJson;
import dev.lathe.base.UserError;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A tool on offer, as data or a request describes it: name, description and a JSON schema of its parameters.
 *
 * @param written as it stood there, with or without OpenAI's wrapping
 */
record Tool(JsonNode written) {
    /** A JSON list of tools. Throws {@link UserError} for anything else. */
    static List<Tool> list(String json) {
        JsonNode parsed = PythonJson.parse(json).orElseThrow(() -> wrong(json));
        if (!parsed.isArray()) {
            throw wrong(json);
        }
        List<Tool> tools = new ArrayList<>();
        for (JsonNode node : parsed) {
            Tool tool = new Tool(node);
            if (!tool.function().path("name").isTextual()) {
                throw wrong(json);
            }
            tools.add(tool);
        }
        return tools;
    }

    private static UserError wrong(String json) {
        return new UserError(
                "tools must be a JSON list of objects with a `name`, but here stands: " + Quoted.briefly(json));
    }

    /** Without wrapping. */
    JsonNode function() {
        return isWrapped() ? written.get("function") : written;
    }

    JsonNode wrapped() {
        return isWrapped() ? written : Json.object().put("type", "function").set("function", written);
    }

    private boolean isWrapped() {
        return written.path("type").asText().equals("function")
                && written.path("function").isObject();
    }

    String name() {
        return function().get("name").textValue();
    }

    /** Parameters with what is said of each; none where the tool has none. */
    Map<String, JsonNode> properties() {
        Map<String, JsonNode> properties = new LinkedHashMap<>();
        function()
                .path("parameters")
                .path("properties")
                .properties()
                .forEach(field -> properties.put(field.getKey(), field.getValue()));
        return properties;
    }

    boolean requires(String parameter) {
        for (JsonNode name : function().path("parameters").path("required")) {
            if (name.asText().equals(parameter)) {
                return true;
            }
        }
        return false;
    }
}
