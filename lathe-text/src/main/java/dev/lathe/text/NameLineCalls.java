package dev.lathe.text;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lathe.base.PythonJson;
import dev.lathe.base.UserError;
import java.util.List;
import java.util.Optional;

/** The tool's name on a line, then the arguments: one call and no more. */
record NameLineCalls() implements CallSyntax {
    @Override
    public String write(List<ToolCall> calls) {
        if (calls.size() != 1) {
            throw new UserError(
                    "tool format glm4 can say one call at a time, but here are %d; choose another tool_format"
                            .formatted(calls.size()));
        }
        return calls.getFirst().name() + "\n" + calls.getFirst().json();
    }

    @Override
    public Optional<List<ToolCall>> read(String text) {
        int end = text.indexOf('\n');
        String name = text.substring(0, Math.max(end, 0)).strip();
        if (name.isEmpty() || name.contains(" ")) { // prose, below which a number may stand
            return Optional.empty();
        }
        return PythonJson.parse(text.substring(end + 1))
                .filter(JsonNode::isObject)
                .map(arguments -> List.of(new ToolCall(name, arguments)));
    }
}
