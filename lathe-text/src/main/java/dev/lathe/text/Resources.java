package dev.lathe.text;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lathe.base.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** JSON files that come with this room. */
final class Resources {
    private Resources() {}

    static JsonNode read(String file) {
        try (InputStream in = Objects.requireNonNull(Resources.class.getResourceAsStream(file))) {
            return Json.parse(new String(in.readAllBytes(), StandardCharsets.UTF_8), file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The names of a file's entries, in alphabetical order. */
    static List<String> names(String file) {
        List<String> names = new ArrayList<>();
        read(file).fieldNames().forEachRemaining(names::add);
        return names.stream().sorted().toList();
    }
}
