package dev.lathe.text;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lathe.base.PythonJson;
import dev.lathe.base.UserError;

/**
 * A model's call of a tool.
 *
 * @param name of the tool
 * @param arguments usually an object with a value for each parameter; what data or a model wrote instead is kept
 */
public record ToolCall(String name, JsonNode arguments) {
    /** The arguments as JSON on one line, laid out like Python's. */
    public String json() {
        return PythonJson.line(arguments);
    }

    /**
     * The arguments by name. A text that holds a JSON object is taken for that object: this is how OpenAI's interface
     * writes them. Throws {@link UserError} for anything else.
     */
    JsonNode named() {
        JsonNode object =
                arguments.isTextual() ? PythonJson.parse(arguments.textValue()).orElse(arguments) : arguments;
        if (!object.isObject()) {
            throw new UserError("the call of %s must have a JSON object as arguments, but has %s"
                    .formatted(name, Quoted.briefly(json())));
        }
        return object;
    }
}
