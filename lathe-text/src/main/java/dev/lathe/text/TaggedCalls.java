package dev.lathe.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lathe.base.Json;
import dev.lathe.base.PythonJson;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A tag for the call and one for each argument. A text stands as it is, any other value as JSON; read again, whatever is
 * JSON becomes that value.
 *
 * @param before in front of the first call
 * @param after behind the last
 * @param open begins a call; {@code {{name}}} is the tool's
 * @param argument {@code {{key}}} and {@code {{value}}}
 * @param close ends a call
 * @param call finds a call: its groups are the name and the arguments
 * @param each finds an argument in those: key and value
 */
record TaggedCalls(String before, String after, String open, String argument, String close, Pattern call, Pattern each)
        implements CallSyntax {
    @Override
    public String write(List<ToolCall> calls) {
        return calls.stream().map(this::write).collect(Collectors.joining("\n", before, after));
    }

    private String write(ToolCall call) {
        StringBuilder text = new StringBuilder(Marks.fill(open, Map.of("name", call.name())));
        for (Map.Entry<String, JsonNode> field : call.named().properties()) {
            JsonNode value = field.getValue();
            String written = value.isTextual() ? value.textValue() : PythonJson.line(value);
            text.append(Marks.fill(argument, Map.of("key", field.getKey(), "value", written)));
        }
        return text.append(close).toString();
    }

    @Override
    public Optional<List<ToolCall>> read(String text) {
        List<ToolCall> calls = new ArrayList<>();
        for (Matcher found = call.matcher(text); found.find(); ) {
            ObjectNode arguments = Json.object();
            for (Matcher field = each.matcher(found.group(2)); field.find(); ) {
                String raw = field.group(2);
                arguments.set(field.group(1), PythonJson.parse(raw).orElseGet(() -> arguments.textNode(raw)));
            }
            calls.add(new ToolCall(found.group(1).strip(), arguments));
        }
        return Optional.of(calls).filter(some -> !some.isEmpty());
    }
}
