package dev.lathe.text;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lathe.base.PythonJson;
import dev.lathe.base.UserError;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A call of tools as data has it: JSON of one call, {@code {"name": ..., "arguments": ...}}, or of a list of calls. In
 * front may stand a thought; or the calls stand between the template's tool call words, with other text around.
 *
 * @param inFront what else stands there; it goes before the calls
 */
record CallMessage(String inFront, List<ToolCall> calls) {
    static CallMessage parse(String content, Template template) {
        Matcher written = between(template.toolCallWords()).matcher(content);
        List<ToolCall> calls = new ArrayList<>();
        while (written.find()) {
            calls.addAll(calls(written.group(1)));
        }
        if (!calls.isEmpty()) {
            return new CallMessage(written.reset().replaceAll(""), calls);
        }
        Matcher thought = Thoughts.of(template.thoughtWords()).matcher(content);
        String inFront = thought.find() ? thought.group() : "";
        return new CallMessage(inFront, calls(inFront.isEmpty() ? content : content.replace(inFront, "")));
    }

    /** Calls between the words for them. White space between two calls is no text of its own. */
    private static Pattern between(Template.Words words) {
        String open = Pattern.quote(words.open());
        return Pattern.compile(
                open + "(.*?)" + Pattern.quote(words.close()) + "(?:\\s*+(?=" + open + "))?", Pattern.DOTALL);
    }

    private static List<ToolCall> calls(String json) {
        JsonNode parsed = PythonJson.parse(json).orElseThrow(() -> wrong(json));
        List<ToolCall> calls = new ArrayList<>();
        for (JsonNode call : parsed.isArray() ? parsed : List.of(parsed)) {
            calls.add(call(call, "arguments").orElseThrow(() -> wrong(json)));
        }
        return calls;
    }

    private static UserError wrong(String json) {
        return new UserError(
                "a call of a tool must be JSON with `name` and `arguments`, or a list of such, but here stands: "
                        + Quoted.briefly(json));
    }

    /** One call from JSON; empty where it is not one. */
    static Optional<ToolCall> call(JsonNode node, String argumentsKey) {
        return node.path("name").isTextual() && node.has(argumentsKey)
                ? Optional.of(new ToolCall(node.get("name").textValue(), node.get(argumentsKey)))
                : Optional.empty();
    }
}
