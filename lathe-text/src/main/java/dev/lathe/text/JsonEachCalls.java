package dev.lathe.text;

import dev.lathe.base.PythonJson;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Each call as JSON between a pair of tags. White space beside the JSON does not matter when it is read. */
record JsonEachCalls(String open, String close) implements CallSyntax {
    @Override
    public String write(List<ToolCall> calls) {
        return calls.stream()
                .map(call -> open + PythonJson.line(JsonCalls.object(call, "arguments")) + close)
                .collect(Collectors.joining("\n"));
    }

    @Override
    public Optional<List<ToolCall>> read(String text) {
        String opening = Pattern.quote(open.strip());
        Pattern pattern = Pattern.compile(
                "%s(.+?)%s(?=\\s*%s|\\s*$)".formatted(opening, Pattern.quote(close.strip()), opening), Pattern.DOTALL);
        List<ToolCall> calls = new ArrayList<>();
        for (Matcher tagged = pattern.matcher(text); tagged.find(); ) {
            Optional<ToolCall> call =
                    PythonJson.parse(tagged.group(1)).flatMap(node -> CallMessage.call(node, "arguments"));
            if (call.isEmpty()) {
                return Optional.empty();
            }
            calls.add(call.get());
        }
        return Optional.of(calls).filter(found -> !found.isEmpty());
    }
}
