package dev.lathe.text;

import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * How tools on offer are put to a model, how calls of them are written in its answers, and how calls are found again in
 * what it says. A value: {@link ToolFormats} reads them from data.
 */
public final class ToolFormat {
    private static final DateTimeFormatter DAY = DateTimeFormatter.ofPattern("dd MMM uuuu", Locale.US);

    private final String name;
    private final String prompt;
    private final ToolList list;
    private final CallSyntax syntax;

    /** @param prompt text with the marks {@code {{tools}}}, and where it needs them {@code {{names}}} and {@code {{date}}} */
    ToolFormat(String name, String prompt, ToolList list, CallSyntax syntax) {
        this.name = name;
        this.prompt = prompt;
        this.list = list;
        this.syntax = syntax;
    }

    public String name() {
        return name;
    }

    /**
     * What is added to the system text.
     *
     * @param tools JSON list of tools; nothing is added for an empty list
     * @param today written in some formats
     * @throws dev.lathe.base.UserError for text that is no such list
     */
    public String describe(String tools, LocalDate today) {
        List<Tool> offered = Tool.list(tools);
        if (offered.isEmpty()) {
            return "";
        }
        String names = offered.stream().map(Tool::name).collect(Collectors.joining(", "));
        return Marks.fill(
                prompt, Map.of("tools", list.text(offered, tools), "names", names, "date", DAY.format(today)));
    }

    /** An answer that makes these calls. Throws {@link dev.lathe.base.UserError} for calls that cannot be said this way. */
    public String write(List<ToolCall> calls) {
        return syntax.write(calls);
    }

    /** The calls in an answer; empty when it makes none, or none that can be read: then it is text. */
    public Optional<List<ToolCall>> read(String answer) {
        return syntax.read(answer);
    }

    /** Whether the description of tools says which day it is. */
    boolean namesTheDay() {
        return prompt.contains("{{date}}");
    }
}
