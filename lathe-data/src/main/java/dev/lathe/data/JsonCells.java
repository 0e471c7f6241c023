package dev.lathe.data;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import dev.lathe.base.UserError;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Turns JSON tokens into {@link Cell}s. Of two equal keys the last wins, as in Python. */
final class JsonCells {
    private JsonCells() {}

    /** Reads the fields of the object whose opening brace is the parser's current token. */
    static Map<String, Cell> fields(JsonParser parser) throws IOException {
        Map<String, Cell> fields = new LinkedHashMap<>();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            fields.put(name, cell(parser, parser.nextToken()));
        }
        return fields;
    }

    /** The user's error for JSON that is none. Columns and lines count from 1. */
    static UserError malformed(Path file, long firstLine, JsonProcessingException e) {
        JsonLocation at = e.getLocation();
        long line = at == null ? firstLine : firstLine - 1 + at.getLineNr();
        String column = at == null ? "" : " column " + at.getColumnNr();
        return new UserError(
                "%s line %d%s: malformed JSON: %s".formatted(file, line, column, e.getOriginalMessage()), e);
    }

    private static Cell cell(JsonParser parser, @Nullable JsonToken token) throws IOException {
        return switch (token) {
            case VALUE_STRING -> new Cell.Text(parser.getText());
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> new Cell.Numeral(parser.getText());
            case VALUE_TRUE -> new Cell.Truth(true);
            case VALUE_FALSE -> new Cell.Truth(false);
            case START_OBJECT -> new Cell.Fields(fields(parser));
            case START_ARRAY -> new Cell.Items(items(parser));
            case null, default -> new Cell.Missing();
        };
    }

    private static List<Cell> items(JsonParser parser) throws IOException {
        List<Cell> items = new ArrayList<>();
        for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
            items.add(cell(parser, token));
        }
        return items;
    }
}
