package dev.lathe.text;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lathe.base.PythonJson;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** LFM 2's list of calls as Python would write them: {@code [f(a="x", n=1)]}, between the model's marks. */
record PythonCalls() implements CallSyntax {
    private static final String OPEN = "<|tool_call_start|>";
    private static final String CLOSE = "<|tool_call_end|>";

    @Override
    public String write(List<ToolCall> calls) {
        return calls.stream().map(PythonCalls::write).collect(Collectors.joining(", ", OPEN + "[", "]" + CLOSE));
    }

    private static String write(ToolCall call) {
        return call.named().properties().stream()
                .map(PythonCalls::write)
                .collect(Collectors.joining(", ", call.name() + "(", ")"));
    }

    /** Quotes within a text are not escaped: the reference writes them so, and its models learned it. */
    private static String write(Map.Entry<String, JsonNode> argument) {
        JsonNode value = argument.getValue();
        String written = value.isTextual() ? '"' + value.textValue() + '"' : PythonJson.line(value);
        return argument.getKey() + "=" + written;
    }

    @Override
    public Optional<List<ToolCall>> read(String text) {
        int from = text.indexOf(OPEN);
        int to = from < 0 ? -1 : text.indexOf(CLOSE, from);
        return to < 0 ? Optional.empty() : new LiteralReader(text.substring(from + OPEN.length(), to)).pythonCalls();
    }
}
