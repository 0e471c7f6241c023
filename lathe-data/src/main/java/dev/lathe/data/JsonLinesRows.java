package dev.lathe.data;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import dev.lathe.base.Json;
import dev.lathe.base.UserError;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** One JSON object a line; blank lines are passed over. */
final class JsonLinesRows implements RowReader {
    private final Path file;
    private final Lines lines;

    JsonLinesRows(Path file, FileContent in) {
        this.file = file;
        this.lines = new Lines(file, in);
    }

    @Override
    public Optional<RawRow> next() {
        Optional<String> line = lines.next();
        while (line.isPresent() && line.get().isBlank()) {
            line = lines.next();
        }
        return line.map(text -> new RawRow(Place.line(file, lines.number()), parse(text)));
    }

    private Map<String, Cell> parse(String line) {
        try (JsonParser parser = Json.MAPPER.getFactory().createParser(line)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new UserError("%s line %d: a row must be an object {\"column\": value, …} on one line"
                        .formatted(file, lines.number()));
            }
            Map<String, Cell> fields = JsonCells.fields(parser);
            if (parser.nextToken() != null) {
                throw new UserError(
                        "%s line %d: one row a line, but something follows the row".formatted(file, lines.number()));
            }
            return fields;
        } catch (JsonProcessingException e) {
            throw JsonCells.malformed(file, lines.number(), e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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
