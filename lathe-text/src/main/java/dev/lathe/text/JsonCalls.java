package dev.lathe.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.lathe.base.Json;
import dev.lathe.base.PythonJson;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One JSON value and nothing else.
 *
 * @param argumentsKey what the arguments are called in it
 * @param alone whether a single call stands without a list around it
 */
record JsonCalls(String argumentsKey, boolean alone) implements CallSyntax {
    @Override
    public String write(List<ToolCall> calls) {
        ArrayNode list = Json.MAPPER.createArrayNode();
        calls.forEach(call -> list.add(object(call, argumentsKey)));
        return PythonJson.line(alone && calls.size() == 1 ? list.get(0) : list);
    }

    @Override
    public Optional<List<ToolCall>> read(String text) {
        Optional<JsonNode> parsed = PythonJson.parse(text);
        if (parsed.isEmpty()) {
            return Optional.empty();
        }
        List<ToolCall> calls = new ArrayList<>();
        for (JsonNode node : parsed.get().isArray() ? parsed.get() : List.of(parsed.get())) {
            Optional<ToolCall> call = CallMessage.call(node, argumentsKey);
            if (call.isEmpty()) {
                return Optional.empty();
            }
            calls.add(call.get());
        }
        return Optional.of(calls).filter(found -> !found.isEmpty());
    }

    static JsonNode object(ToolCall call, String argumentsKey) {
        return Json.object().put("name", call.name()).set(argumentsKey, call.arguments());
    }
}
