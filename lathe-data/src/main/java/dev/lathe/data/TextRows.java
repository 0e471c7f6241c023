package dev.lathe.data;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** A plain text file: every line, an empty one too, is a row with the one column {@code text}. */
final class TextRows implements RowReader {
    private final Path file;
    private final Lines lines;

    TextRows(Path file, FileContent in) {
        this.file = file;
        this.lines = new Lines(file, in);
    }

    @Override
    public Optional<RawRow> next() {
        return lines.next()
                .map(line -> new RawRow(Place.line(file, lines.number()), Map.of("text", new Cell.Text(line))));
    }

    @Override
    public long bytesRead() {
        return lines.bytesRead();
    }

    @Override
    public void close() throws IOException {
        lines.close();
    }
}
