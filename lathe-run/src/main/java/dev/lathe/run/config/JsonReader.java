package dev.lathe.run.config;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import dev.lathe.base.UserError;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A JSON file, kept with line and column. A key that stands twice is an error. The reference means to read such files too. */
final class JsonReader {
    private static final int MOST_DEPTH = 30;

    private final String file;
    private final JsonParser parser;

    private JsonReader(String file, JsonParser parser) {
        this.file = file;
        this.parser = parser;
    }

    static Located read(String text, String file) {
        JsonFactory factory = JsonFactory.builder()
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(MOST_DEPTH)
                        .build())
                .build();
        try (JsonParser parser = factory.createParser(text)) {
            JsonReader reader = new JsonReader(file, parser);
            if (parser.nextToken() == null) {
                return new Located(Value.NOTHING, new Origin.Line(file, 1, 1, ""), "");
            }
            Located root = reader.value();
            if (parser.nextToken() != null) {
                throw new UserError("%s line %d: something stands behind the end"
                        .formatted(file, parser.currentTokenLocation().getLineNr()));
            }
            return root;
        } catch (JsonProcessingException e) {
            int line = e.getLocation() == null ? 1 : e.getLocation().getLineNr();
            throw new UserError("%s line %d: malformed JSON: %s".formatted(file, line, e.getOriginalMessage()), e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Located value() throws IOException {
        Origin at = place();
        JsonToken token = parser.currentToken();
        return switch (token) {
            case START_OBJECT -> fields(at);
            case START_ARRAY -> items(at);
            case VALUE_STRING -> new Located(new Value.Text(parser.getText()), at, parser.getText());
            case VALUE_TRUE, VALUE_FALSE ->
                new Located(new Value.Flag(token == JsonToken.VALUE_TRUE), at, parser.getText());
            case VALUE_NUMBER_INT -> new Located(YamlScalars.whole(parser.getText()), at, parser.getText());
            case VALUE_NUMBER_FLOAT -> new Located(YamlScalars.decimal(parser.getText()), at, parser.getText());
            default -> new Located(Value.NOTHING, at, "null");
        };
    }

    private Located fields(Origin at) throws IOException {
        Map<String, Located> fields = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String key = parser.currentName();
            Origin.Line place = place();
            parser.nextToken();
            Located first = fields.putIfAbsent(key, value().at(place));
            if (first != null && first.origin() instanceof Origin.Line line) {
                throw new UserError("%s line %d: %s is given twice; it already stands in line %d. Delete one of them"
                        .formatted(file, place.line(), key, line.line()));
            }
        }
        Value value = new Value.Fields(Collections.unmodifiableMap(fields));
        return new Located(value, at, value.shown());
    }

    private Located items(Origin at) throws IOException {
        List<Located> items = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            items.add(value());
        }
        Value value = new Value.Items(List.copyOf(items));
        return new Located(value, at, value.shown());
    }

    private Origin.Line place() {
        return new Origin.Line(
                file,
                parser.currentTokenLocation().getLineNr(),
                parser.currentTokenLocation().getColumnNr(),
                "");
    }
}
