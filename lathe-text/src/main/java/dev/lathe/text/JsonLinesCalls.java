package dev.lathe.text;

import dev.lathe.base.PythonJson;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** One pair of tags around all calls, each of them a line of JSON. Lines that are no calls are passed over. */
record JsonLinesCalls(String open, String close) implements CallSyntax {
    @Override
    public String write(List<ToolCall> calls) {
        return calls.stream()
                .map(call -> PythonJson.line(JsonCalls.object(call, "arguments")))
                .collect(Collectors.joining("\n", open, close));
    }

    @Override
    public Optional<List<ToolCall>> read(String text) {
        int from = text.indexOf(open.strip());
        int to = from < 0 ? -1 : text.indexOf(close.strip(), from);
        if (to < 0) {
            return Optional.empty();
        }
        List<ToolCall> calls = text.substring(from + open.strip().length(), to)
                .lines()
                .flatMap(line -> PythonJson.parse(line).stream())
                .flatMap(node -> CallMessage.call(node, "arguments").stream())
                .toList();
        return Optional.of(calls).filter(found -> !found.isEmpty());
    }
}
