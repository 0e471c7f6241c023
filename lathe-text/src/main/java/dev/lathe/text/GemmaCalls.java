package dev.lathe.text;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lathe.base.PythonJson;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/** Gemma 4's {@code call:name{key:value}}: keys sorted and bare, texts between marks of their own. */
record GemmaCalls() implements CallSyntax {
    private static final String QUOTE = "<|\"|>";
    private static final Pattern CALL =
            Pattern.compile("<\\|tool_call>call:([^{\\s]+)(\\{.*?})<tool_call\\|>", Pattern.DOTALL);

    @Override
    public String write(List<ToolCall> calls) {
        return calls.stream()
                .map(call -> "<|tool_call>call:" + call.name() + value(call.named()) + "<tool_call|>")
                .collect(Collectors.joining());
    }

    private static String value(JsonNode value) {
        if (value.isObject()) {
            return value.properties().stream()
                    .sorted(Map.Entry.comparingByKey())
                    .map(field -> field.getKey() + ":" + value(field.getValue()))
                    .collect(Collectors.joining(",", "{", "}"));
        }
        if (value.isArray()) {
            return StreamSupport.stream(value.spliterator(), false)
                    .map(GemmaCalls::value)
                    .collect(Collectors.joining(",", "[", "]"));
        }
        return value.isTextual() ? quoted(value.textValue()) : PythonJson.line(value);
    }

    static String quoted(String text) {
        return QUOTE + text + QUOTE;
    }

    @Override
    public Optional<List<ToolCall>> read(String text) {
        List<ToolCall> calls = new ArrayList<>();
        for (Matcher call = CALL.matcher(text); call.find(); ) {
            Optional<JsonNode> arguments = new LiteralReader(call.group(2)).gemmaObject();
            if (arguments.isEmpty()) {
                return Optional.empty();
            }
            calls.add(new ToolCall(call.group(1), arguments.get()));
        }
        return Optional.of(calls).filter(found -> !found.isEmpty());
    }
}
