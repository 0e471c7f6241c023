package dev.lathe.run.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** What {@code --print-config} shows: key, value, origin; first what was set, in the order of the table, then the rest. */
final class PrintedConfig {
    private static final int MOST_WIDTH = 48;

    private PrintedConfig() {}

    static String of(Command command, Settings settings) {
        List<Setting> given = settings.all().stream().filter(Setting::given).toList();
        List<Setting> rest = settings.all().stream()
                .filter(setting -> !setting.given())
                .filter(setting -> setting.key().status() == Key.Status.HONOURED
                        && setting.key().usedBy().contains(command))
                .sorted(Comparator.comparing(setting -> setting.origin() instanceof Origin.Default))
                .toList();
        int keys = width(Stream.concat(given.stream(), rest.stream())
                .map(setting -> setting.key().name()));
        int values = width(Stream.concat(given.stream(), rest.stream())
                .map(setting -> setting.key().shown(setting.value())));
        List<String> lines = new ArrayList<>();
        lines.add("Set:");
        given.forEach(setting -> lines.add(line(setting, keys, values) + aside(setting, command)));
        lines.add("Not set:");
        rest.forEach(setting -> lines.add(line(setting, keys, values)));
        return String.join("\n", lines) + "\n";
    }

    private static String line(Setting setting, int keys, int values) {
        return "  "
                + pad(setting.key().name(), keys)
                + "  "
                + pad(setting.key().shown(setting.value()), values)
                + "  "
                + setting.origin().described();
    }

    private static String aside(Setting setting, Command command) {
        if (!setting.key().usedBy().contains(command)) {
            return ", not used by " + command.word();
        }
        return setting.key().status() == Key.Status.NO_EFFECT ? ", no effect" : "";
    }

    private static String pad(String text, int width) {
        return text + " ".repeat(Math.max(0, width - text.length()));
    }

    private static int width(Stream<String> words) {
        return words.mapToInt(String::length)
                .filter(length -> length <= MOST_WIDTH)
                .max()
                .orElse(1);
    }
}
