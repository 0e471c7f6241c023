package dev.lathe.model.file;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lathe.base.UserError;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** Asks a GGUF file's metadata for values of a type; a value of another type is an error that names file and key. */
record GgufKeys(Path file, ObjectNode metadata) {
    /** A natural number that must be there. */
    int number(String key) {
        return optionalNumber(key).orElseThrow(() -> new UserError("%s has no key %s".formatted(file, key)));
    }

    OptionalInt optionalNumber(String key) {
        JsonNode node = metadata.path(key);
        if (node.isMissingNode()) {
            return OptionalInt.empty();
        }
        if (!node.isIntegralNumber() || !node.canConvertToInt() || node.intValue() < 0) {
            throw wrong(key, "a natural number", node);
        }
        return OptionalInt.of(node.intValue());
    }

    double real(String key, double otherwise) {
        JsonNode node = metadata.path(key);
        if (node.isMissingNode()) {
            return otherwise;
        }
        if (!node.isNumber()) {
            throw wrong(key, "a number", node);
        }
        return node.doubleValue();
    }

    boolean flag(String key, boolean otherwise) {
        JsonNode node = metadata.path(key);
        if (!node.isMissingNode() && !node.isBoolean()) {
            throw wrong(key, "true or false", node);
        }
        return node.asBoolean(otherwise);
    }

    Optional<String> text(String key) {
        JsonNode node = metadata.path(key);
        if (!node.isMissingNode() && !node.isTextual()) {
            throw wrong(key, "text", node);
        }
        return Optional.ofNullable(node.textValue());
    }

    List<String> texts(String key) {
        return array(key)
                .map(node -> {
                    if (!node.isTextual()) {
                        throw wrong(key, "a list of texts", node);
                    }
                    return node.textValue();
                })
                .toList();
    }

    List<Float> reals(String key) {
        return array(key)
                .map(node -> {
                    if (!node.isNumber()) {
                        throw wrong(key, "a list of numbers", node);
                    }
                    return node.floatValue();
                })
                .toList();
    }

    List<Integer> numbers(String key) {
        return array(key)
                .map(node -> {
                    if (!node.isIntegralNumber() || !node.canConvertToInt()) {
                        throw wrong(key, "a list of whole numbers", node);
                    }
                    return node.intValue();
                })
                .toList();
    }

    private Stream<JsonNode> array(String key) {
        JsonNode node = metadata.path(key);
        if (!node.isMissingNode() && !node.isArray()) {
            throw wrong(key, "a list", node);
        }
        return StreamSupport.stream(node.spliterator(), false);
    }

    private UserError wrong(String key, String wanted, JsonNode found) {
        String text = found.toString();
        String shown = text.length() > 80 ? text.substring(0, 80) + "..." : text;
        return new UserError("%s: %s should be %s, but is %s".formatted(file, key, wanted, shown));
    }
}
