package dev.lathe.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lathe.base.Json;

/** A token that is looked for in the text before anything else happens to it: an entry of {@code added_tokens}. */
record AddedToken(
        String content, boolean singleWord, boolean lstrip, boolean rstrip, boolean normalized, boolean special) {

    static AddedToken special(String content) {
        return new AddedToken(content, false, false, false, false, true);
    }

    /** As transformers adds a plain string: looked for in the text after the tokenizer has normalised it. */
    static AddedToken ordinary(String content) {
        return new AddedToken(content, false, false, false, true, false);
    }

    static AddedToken userDefined(String content) {
        return new AddedToken(content, false, false, false, false, false);
    }

    static AddedToken of(JsonNode node) {
        return new AddedToken(
                node.path("content").asText(),
                node.path("single_word").asBoolean(),
                node.path("lstrip").asBoolean(),
                node.path("rstrip").asBoolean(),
                node.path("normalized").asBoolean(),
                node.path("special").asBoolean());
    }

    ObjectNode toJson(int id) {
        return Json.object()
                .put("id", id)
                .put("content", content)
                .put("single_word", singleWord)
                .put("lstrip", lstrip)
                .put("rstrip", rstrip)
                .put("normalized", normalized)
                .put("special", special);
    }
}
