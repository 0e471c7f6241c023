package dev.lathe.run.config;

import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** What does not combine, as a section of a page. */
final class RuleTables {
    private RuleTables() {}

    /** The rules that stop a run, and those that are said in a line. */
    static String of(Predicate<Rule> wanted) {
        return "\n## What does not combine\n\nThese stop a run:\n\n"
                + of(Rule.Effect.REFUSED, wanted)
                + "\nThese are said in a line, and the run goes on:\n\n"
                + of(Rule.Effect.NOTICE, wanted);
    }

    private static String of(Rule.Effect effect, Predicate<Rule> wanted) {
        return rows(
                List.of("when", "commands", "why", "instead"),
                Rules.all().stream()
                        .filter(rule -> rule.effect() == effect && wanted.test(rule))
                        .map(rule -> List.of(
                                rule.when(),
                                rule.commands().stream()
                                        .sorted()
                                        .map(Command::word)
                                        .collect(Collectors.joining(", ")),
                                rule.because(),
                                rule.instead()))
                        .toList());
    }

    /** A table in Markdown. */
    static String rows(List<String> head, List<List<String>> rows) {
        StringBuilder table =
                new StringBuilder(row(head)).append("|---".repeat(head.size())).append("|\n");
        rows.forEach(row -> table.append(row(row)));
        return table.toString();
    }

    private static String row(List<String> cells) {
        return "| " + String.join(" | ", cells) + " |\n";
    }
}
