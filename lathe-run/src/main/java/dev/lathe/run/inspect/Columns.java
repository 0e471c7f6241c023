package dev.lathe.run.inspect;

import java.util.ArrayList;
import java.util.List;

/** A small table: the first column to the left, numbers to the right. */
final class Columns {
    private final List<List<String>> rows = new ArrayList<>();

    Columns(String... names) {
        rows.add(List.of(names));
    }

    void row(String... cells) {
        rows.add(List.of(cells));
    }

    List<List<String>> cells() {
        return List.copyOf(rows);
    }

    List<String> lines(Style style) {
        List<String> lines = new ArrayList<>();
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder("  ");
            for (int column = 0; column < row.size(); column++) {
                String gap = " ".repeat(width(column) - row.get(column).length());
                line.append(column == 0 ? row.get(column) + gap : "   " + gap + row.get(column));
            }
            lines.add(row == rows.getFirst() ? style.bold(line.toString()) : line.toString());
        }
        return lines;
    }

    private int width(int column) {
        return rows.stream().mapToInt(row -> row.get(column).length()).max().orElse(0);
    }
}
