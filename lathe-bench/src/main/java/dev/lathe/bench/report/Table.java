package dev.lathe.bench.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;

/** A measurement as text, alone or beside another one. */
public final class Table {
    private record Row(List<String> cells) {}

    private final Measurement measured;
    private final Optional<Measurement> other;

    private Table(Measurement measured, Optional<Measurement> other) {
        this.measured = measured;
        this.other = other;
    }

    /** Name and value, a line each. */
    public static String of(Measurement measured) {
        return new Table(measured, Optional.empty()).text();
    }

    /** Name, value, the other's value, and this divided by the other. What only one of them has stands alone. */
    public static String beside(Measurement measured, Measurement other) {
        return new Table(measured, Optional.of(other)).text() + differences(measured, other);
    }

    private String text() {
        List<Row> rows = new ArrayList<>();
        List<Integer> titles = new ArrayList<>();
        other.ifPresent(o -> rows.add(new Row(List.of("", "this", o.when(), "ratio"))));
        for (Section section : measured.sections()) {
            titles.add(rows.size());
            rows.add(new Row(List.of(section.title())));
            section.metrics().forEach(metric -> rows.add(row(section, metric)));
        }
        int[] widths = IntStream.range(0, 4)
                .map(column -> rows.stream()
                        .filter(row -> row.cells().size() > 1 && row.cells().size() > column)
                        .mapToInt(row -> row.cells().get(column).length())
                        .max()
                        .orElse(0))
                .toArray();
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < rows.size(); i++) {
            text.append(titles.contains(i) && i > 0 ? "\n" : "").append(line(rows.get(i), widths));
        }
        return text.toString();
    }

    private Row row(Section section, Metric metric) {
        List<String> cells = new ArrayList<>();
        cells.add("  " + metric.name());
        cells.add(metric.unit().shown(metric.value()));
        other.flatMap(o -> o.find(section.title(), metric.name()))
                .filter(theirs -> theirs.unit() == metric.unit())
                .ifPresent(theirs -> {
                    cells.add(theirs.unit().shown(theirs.value()));
                    cells.add(ratio(metric.value(), theirs.value()));
                });
        return new Row(cells);
    }

    private static String ratio(double ours, double theirs) {
        return theirs == 0 ? "" : String.format(Locale.ROOT, "%.2f", ours / theirs);
    }

    private static String line(Row row, int[] widths) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < row.cells().size(); i++) {
            String pad = " ".repeat(Math.max(0, widths[i] - row.cells().get(i).length()));
            line.append(
                    i == 0 ? row.cells().get(i) + pad : "  " + pad + row.cells().get(i));
        }
        return line.toString().stripTrailing() + "\n";
    }

    /** Conditions that were not the same: numbers are compared, so a reader has to know. */
    private static String differences(Measurement measured, Measurement other) {
        StringBuilder text = new StringBuilder();
        measured.conditions()
                .forEach((group, facts) -> facts.forEach((name, value) -> {
                    String theirs = other.condition(group, name).orElse("not given");
                    if (!theirs.equals(value)) {
                        text.append("  %s, %s: %s; there %s%n".formatted(group, name, value, theirs));
                    }
                }));
        return text.isEmpty() ? "" : "\nMeasured under other conditions:\n" + text;
    }
}
