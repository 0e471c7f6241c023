package dev.lathe.run.report;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A table with centred columns, padded so that it reads well as plain text too. */
record MarkdownTable(List<String> header, List<List<String>> rows) {
    @Override
    public String toString() {
        List<Integer> widths = IntStream.range(0, header.size())
                .map(i -> Math.max(
                        header.get(i).length(),
                        rows.stream().mapToInt(row -> row.get(i).length()).max().orElse(0)))
                .boxed()
                .toList();
        StringBuilder out = new StringBuilder(line(header, widths));
        out.append(widths.stream().map(w -> ":" + "-".repeat(w) + ":").collect(Collectors.joining("|", "|", "|\n")));
        rows.forEach(row -> out.append(line(row, widths)));
        return out.toString();
    }

    private static String line(List<String> cells, List<Integer> widths) {
        return IntStream.range(0, cells.size())
                .mapToObj(i ->
                        cells.get(i) + " ".repeat(widths.get(i) - cells.get(i).length()))
                .collect(Collectors.joining(" | ", "| ", " |\n"));
    }
}
