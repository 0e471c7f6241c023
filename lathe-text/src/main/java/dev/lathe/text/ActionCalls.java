package dev.lathe.text;

import dev.lathe.base.PythonJson;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** {@code Action: name}, and on the next line {@code Action Input: {...}}. */
record ActionCalls() implements CallSyntax {
    private static final Pattern CALL =
            Pattern.compile("Action:\\s*([\\w.-]+)\\s*Action Input:\\s*(.+?)(?=\\s*Action:|\\s*$)", Pattern.DOTALL);
    private static final Pattern AROUND = Pattern.compile("^\"+|\"+$");
    private static final Pattern FENCE = Pattern.compile("^`+|`+$");

    @Override
    public String write(List<ToolCall> calls) {
        return calls.stream()
                .map(call -> "Action: %s\nAction Input: %s".formatted(call.name(), call.json()))
                .collect(Collectors.joining("\n"));
    }

    @Override
    public Optional<List<ToolCall>> read(String text) {
        List<ToolCall> calls = new ArrayList<>();
        for (Matcher call = CALL.matcher(text); call.find(); ) {
            String input = FENCE.matcher(AROUND.matcher(call.group(2).strip()).replaceAll(""))
                    .replaceAll("");
            var arguments = PythonJson.parse(input);
            if (arguments.isEmpty()) {
                return Optional.empty();
            }
            calls.add(new ToolCall(call.group(1), arguments.get()));
        }
        return Optional.of(calls).filter(found -> !found.isEmpty());
    }
}
