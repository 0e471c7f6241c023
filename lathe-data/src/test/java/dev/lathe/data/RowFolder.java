package dev.lathe.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A folder of data files, and what is read from them. */
record RowFolder(Path path) {
    static List<RawRow> rows(Path path) throws IOException {
        List<RawRow> rows = new ArrayList<>();
        try (RowReader reader = RowFiles.at(path).open()) {
            for (Optional<RawRow> row = reader.next(); row.isPresent(); row = reader.next()) {
                rows.add(row.get());
            }
        }
        return rows;
    }

    static List<Map<String, Cell>> cells(Path path) throws IOException {
        return rows(path).stream().map(RawRow::cells).toList();
    }

    Path file(String name, byte[] content) throws IOException {
        return Files.write(path.resolve(name), content);
    }

    Path file(String name, String content) throws IOException {
        return Files.writeString(path.resolve(name), content);
    }
}
