package dev.lathe.run.config;

import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** Writes docs/configuration.md from the table of keys and the list of rules. */
final class ConfigurationPage {
    private static final String HEAD = """
            # Configuration

            <!-- Made from keys.txt and Rules.java by ConfigurationPageTest, which says how to make it again. -->

            Lathe reads LLaMA-Factory's files: YAML as OmegaConf reads it (`1e-4` is a number, a key that stands twice is an
            error, `${key}` refers to another key, `${oc.env:NAME,default}` to the environment, `???` must be replaced), or
            JSON. Every key is honoured, has no effect for the reason given, or stops the run; none is ignored in silence.
            What is wrong with a file is said at once, with line numbers, before any weight is read.

            On the command line `key=value`, `--key value`, `--key=value`, `--flag` and `--no_flag` stand above the file,
            which may also be named by `--config`. `lathe train x.yaml --print-config` shows what would run and where each
            value came from. With `ALLOW_EXTRA_ARGS=1` unknown keys are left aside with a notice.

            Keys may also be grouped as many guides do. Any key may stand in any group; these names differ there:

            """;

    private final KeyTable table;

    ConfigurationPage(KeyTable table) {
        this.table = table;
    }

    String text() {
        StringBuilder page = new StringBuilder(HEAD);
        page.append(RuleTables.rows(List.of("in a group", "key"), Groups.documented()));
        page.append("\n## Honoured\n");
        sections(
                page,
                key -> key.status() == Key.Status.HONOURED,
                List.of("key", "type", "default", "what it does"),
                key -> List.of(
                        code(key.name()), type(key.type()), code(key.standard().shown()), key.what()));
        page.append("\n### Settings of the schedules (`lr_scheduler_kwargs`)\n\n");
        page.append(RuleTables.rows(
                List.of("lr_scheduler_type", "reads"),
                List.of(ScheduleType.values()).stream()
                        .map(type -> List.of(
                                code(type.word()),
                                type.settings().stream()
                                        .map(ConfigurationPage::code)
                                        .collect(Collectors.joining(", "))))
                        .toList()));
        page.append("\n## No effect here, and why\n\nA run that sets one of these goes on and says so in a line.\n");
        sections(
                page,
                key -> key.status() == Key.Status.NO_EFFECT,
                List.of("key", "what it does elsewhere", "why it has no effect"),
                key -> List.of(code(key.name()), key.what(), key.why()));
        page.append(
                "\n## Not yet\n\nA run that sets one of these to anything but its default or off stops before it starts.\n");
        sections(
                page,
                key -> !soon(key).isEmpty(),
                List.of("key", "not yet", "what it does", "instead"),
                key -> List.of(code(key.name()), soon(key), key.what(), key.why()));
        return page.append(RuleTables.of(rule -> true)).toString();
    }

    private void sections(
            StringBuilder page, Predicate<Key> wanted, List<String> head, Function<Key, List<String>> row) {
        table.all().stream().filter(wanted).map(Key::section).distinct().forEach(section -> {
            page.append("\n### ").append(section).append("\n\n");
            page.append(RuleTables.rows(
                    head,
                    table.all().stream()
                            .filter(key -> key.section().equals(section) && wanted.test(key))
                            .map(row)
                            .toList()));
        });
    }

    /** What of a key cannot be done yet: everything, some of its words, or nothing. */
    private static String soon(Key key) {
        return switch (key.status()) {
            case NOT_YET -> "other than " + code(key.standard().shown());
            case NEVER_YET -> "any value";
            case HONOURED, NO_EFFECT ->
                key.type().later().stream().map(ConfigurationPage::code).collect(Collectors.joining(", "));
        };
    }

    private static String type(ValueType type) {
        String words =
                switch (type.kind()) {
                    case CHOICE ->
                        type.choices().stream().map(ConfigurationPage::code).collect(Collectors.joining(", "));
                    case LIST ->
                        type.choices().isEmpty()
                                ? "list"
                                : "list of "
                                        + type.choices().stream()
                                                .map(ConfigurationPage::code)
                                                .collect(Collectors.joining(", "));
                    case FLAGTEXT -> "text or bool";
                    case STEPS -> "steps, or a share below 1";
                    default -> type.kind().name().toLowerCase(Locale.ROOT);
                };
        String bounds = type.bounds().stream().map(ValueType.Bound::words).collect(Collectors.joining(", "));
        return words + (bounds.isEmpty() ? "" : ", " + bounds);
    }

    private static String code(String word) {
        return word.isEmpty() ? "empty" : "`" + word + "`";
    }
}
