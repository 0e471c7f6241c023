package dev.lathe.bench.report;

import dev.lathe.base.SafeFiles;
import dev.lathe.base.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The table of earlier measurements on a page: below the heading {@value #HEADING}, a row a measurement. */
public final class History {
    static final String HEADING = "## History";

    private History() {}

    /** Adds a row at the table's end. Throws {@link UserError} when the page has no such table. */
    public static void append(Path page, Measurement measured, SafeFiles files) {
        List<String> lines = new ArrayList<>(lines(page));
        int at = lines.indexOf(HEADING) + 1;
        while (at > 0
                && at < lines.size()
                && !lines.get(at).startsWith("|")
                && !lines.get(at).startsWith("#")) {
            at++;
        }
        if (at == 0 || at == lines.size() || !lines.get(at).startsWith("|")) {
            throw new UserError("%s has no table below the line \"%s\" to add a row to".formatted(page, HEADING));
        }
        while (at < lines.size() && lines.get(at).startsWith("|")) {
            at++;
        }
        lines.add(at, row(measured));
        files.writeText(page, String.join("\n", lines) + "\n");
    }

    /** Date, commit, machine, what was measured, its speed, share of the possible, and memory. */
    static String row(Measurement measured) {
        return Stream.of(
                        measured.when().replaceFirst("T.*", ""),
                        measured.condition("software", "commit").orElse("unknown"),
                        measured.condition("machine", "processor").orElse("unknown"),
                        "%s %s"
                                .formatted(
                                        measured.bench(),
                                        measured.condition("settings", "model")
                                                .map(History::withoutFolders)
                                                .orElse("")),
                        shown(measured, Headline.SPEED),
                        shown(measured, Headline.SHARE),
                        shown(measured, Headline.MEMORY))
                .map(cell -> cell.replace("|", "/").replaceAll("\\s+", " ").strip())
                .collect(Collectors.joining(" | ", "| ", " |"));
    }

    /** A page for everybody does not say where a model lies on one machine; a name on the hub stays whole. */
    private static String withoutFolders(String model) {
        return model.matches("[/.~].*") ? model.replaceFirst(".*/(?=.)", "") : model;
    }

    private static String shown(Measurement measured, Headline headline) {
        return measured.find(Headline.SECTION, headline.words())
                .map(metric -> metric.unit().shown(metric.value()))
                .orElse("–");
    }

    private static List<String> lines(Path page) {
        try {
            return Files.readAllLines(page);
        } catch (IOException e) {
            throw new UserError("%s cannot be read: %s".formatted(page, e.getMessage()), e);
        }
    }
}
