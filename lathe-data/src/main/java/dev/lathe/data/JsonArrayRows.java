package dev.lathe.data;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import dev.lathe.base.Json;
import dev.lathe.base.UserError;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Optional;

/** The objects of one JSON array, read one by one. */
final class JsonArrayRows implements RowReader {
    private final Path file;
    private final FileContent in;
    private final JsonParser parser;
    private boolean ended;

    /** {@code in} stands before the opening bracket. */
    JsonArrayRows(Path file, FileContent in) throws IOException {
        this.file = file;
        this.in = in;
        this.parser = Json.MAPPER.getFactory().createParser(in);
        parser.nextToken();
    }

    @Override
    public Optional<RawRow> next() {
        if (ended) {
            return Optional.empty();
        }
        try {
            JsonToken token = parser.nextToken();
            long line = parser.currentTokenLocation().getLineNr();
            if (token == JsonToken.END_ARRAY) {
                ended = true;
                if (parser.nextToken() != null) {
                    throw new UserError("%s line %d: something follows the closing bracket of the list of rows"
                            .formatted(file, parser.currentTokenLocation().getLineNr()));
                }
                return Optional.empty();
            }
            if (token != JsonToken.START_OBJECT) {
                throw new UserError("%s line %d: a row must be an object {\"column\": value, …}; this one is `%s`"
                        .formatted(file, line, parser.getText()));
            }
            return Optional.of(new RawRow(Place.line(file, line), JsonCells.fields(parser)));
        } catch (JsonProcessingException e) {
            throw JsonCells.malformed(file, 1, e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public long bytesRead() {
        return in.taken();
    }

    @Override
    public void close() throws IOException {
        parser.close();
    }
}
