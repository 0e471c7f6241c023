package dev.lathe.text;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lathe.base.NearestNames;
import dev.lathe.base.UserError;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** The tool formats that Lathe knows by name: the entries of {@code tool_formats.json}. */
public final class ToolFormats {
    private static final String FILE = "tool_formats.json";

    private ToolFormats() {}

    /** All names, in alphabetical order. */
    public static List<String> names() {
        return Resources.names(FILE);
    }

    /** Throws {@link UserError} with the nearest name and the list of all when there is no such format. */
    public static ToolFormat byName(String name) {
        JsonNode entry = Resources.read(FILE).path(name);
        if (!entry.isObject()) {
            throw new UserError("tool_format: there is no tool format %s; did you mean %s? Lathe knows: %s"
                    .formatted(name, NearestNames.to(name, names(), 1).getFirst(), String.join(", ", names())));
        }
        return new ToolFormat(name, entry.get("prompt").asText(), list(entry.get("list")), calls(entry.get("calls")));
    }

    private static ToolList list(JsonNode entry) {
        return switch (entry.path("kind").asText()) {
            case "each" ->
                new ToolList.Each(
                        entry.get("tool").asText(),
                        wrapping(entry),
                        entry.path("indent").asInt());
            case "array" -> new ToolList.Array(wrapping(entry));
            case "verbatim" -> new ToolList.Verbatim();
            case "described" -> new ToolList.Described();
            case "declared" -> new ToolList.Declared();
            default -> throw new IllegalArgumentException("no such list of tools: " + entry);
        };
    }

    private static ToolList.Wrapping wrapping(JsonNode entry) {
        return ToolList.Wrapping.valueOf(entry.get("tool_as").asText().toUpperCase(Locale.ROOT));
    }

    private static CallSyntax calls(JsonNode entry) {
        return switch (entry.path("kind").asText()) {
            case "action" -> new ActionCalls();
            case "name_line" -> new NameLineCalls();
            case "python" -> new PythonCalls();
            case "gemma4" -> new GemmaCalls();
            case "json" ->
                new JsonCalls(
                        entry.get("arguments").asText(), entry.path("alone").asBoolean());
            case "json_each" ->
                new JsonEachCalls(entry.get("open").asText(), entry.get("close").asText());
            case "json_lines" ->
                new JsonLinesCalls(
                        entry.get("open").asText(), entry.get("close").asText());
            case "tagged" ->
                new TaggedCalls(
                        entry.path("before").asText(),
                        entry.path("after").asText(),
                        entry.get("open").asText(),
                        entry.get("argument").asText(),
                        entry.get("close").asText(),
                        Pattern.compile(entry.get("call_pattern").asText(), Pattern.DOTALL),
                        Pattern.compile(entry.get("argument_pattern").asText(), Pattern.DOTALL));
            default -> throw new IllegalArgumentException("no such way to write calls: " + entry);
        };
    }
}
