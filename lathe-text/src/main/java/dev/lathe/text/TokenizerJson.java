package dev.lathe.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lathe.base.Json;
import dev.lathe.base.UserError;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A tokenizer.json: its text, and what Lathe needs to know of it. The text is kept (a few megabytes, 33 for the largest
 * vocabularies) instead of its tree, which is ten times that.
 */
final class TokenizerJson {
    private final byte[] utf8;
    private final List<AddedToken> added;
    private final Vocabulary vocabulary;
    private final Set<Integer> specialIds;
    private final String origin;

    private TokenizerJson(byte[] utf8, List<AddedToken> added, Vocabulary vocabulary, String origin) {
        this.utf8 = utf8;
        this.added = added;
        this.vocabulary = vocabulary;
        this.specialIds = added.stream()
                .filter(AddedToken::special)
                .map(token -> vocabulary.idOf(token.content()).orElseThrow())
                .collect(Collectors.toSet());
        this.origin = origin;
    }

    static TokenizerJson of(String text, String origin) {
        return of(Json.parse(text, origin), text, origin);
    }

    /** @param tree what {@code text} says */
    static TokenizerJson of(JsonNode tree, String text, String origin) {
        JsonNode vocab = tree.path("model").path("vocab");
        if (!vocab.isContainerNode()) {
            throw new UserError(
                    "%s has no model.vocab: it is not a tokenizer.json of Hugging Face's tokenizers".formatted(origin));
        }
        List<AddedToken> added = addedTokens(tree);
        Vocabulary vocabulary = Vocabulary.of(vocab, added, origin);
        return new TokenizerJson(text.getBytes(StandardCharsets.UTF_8), added, vocabulary, origin);
    }

    private static List<AddedToken> addedTokens(JsonNode tree) {
        List<AddedToken> tokens = new ArrayList<>();
        tree.path("added_tokens").forEach(node -> tokens.add(AddedToken.of(node)));
        return List.copyOf(tokens);
    }

    String text() {
        return new String(utf8, StandardCharsets.UTF_8);
    }

    String origin() {
        return origin;
    }

    List<AddedToken> added() {
        return added;
    }

    Set<Integer> specialIds() {
        return specialIds;
    }

    Vocabulary vocabulary() {
        return vocabulary;
    }

    /** With these tokens added; one that is there already may become special, nothing else. The same object if nothing changes. */
    TokenizerJson plus(List<AddedToken> more) {
        Map<String, AddedToken> all = new LinkedHashMap<>();
        added.forEach(token -> all.putIfAbsent(token.content(), token));
        for (AddedToken token : more) {
            all.merge(token.content(), token, (old, now) -> now.special() && !old.special() ? now : old);
        }
        List<AddedToken> list = List.copyOf(all.values());
        return list.equals(added) ? this : withAdded(list);
    }

    /** What cuts special tokens found in a text into ordinary ones. Its added tokens may have other ids. */
    TokenizerJson withoutSpecials() {
        return withAdded(added.stream().filter(token -> !token.special()).toList());
    }

    private TokenizerJson withAdded(List<AddedToken> tokens) {
        Vocabulary ids = vocabulary.with(tokens);
        ObjectNode tree = (ObjectNode) Json.parse(text(), origin);
        ArrayNode array = tree.putArray("added_tokens");
        for (AddedToken token : tokens) {
            array.add(token.toJson(ids.idOf(token.content()).orElseThrow()));
        }
        byte[] bytes = Json.compact(tree).getBytes(StandardCharsets.UTF_8);
        return new TokenizerJson(bytes, List.copyOf(tokens), ids, origin);
    }
}
