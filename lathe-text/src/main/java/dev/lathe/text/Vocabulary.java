package dev.lathe.text;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lathe.base.UserError;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * Which token has which id, as the tokenizers library assigns them: the model's vocabulary first, then every added token
 * that it lacks gets the next id, whatever number the file gives it.
 */
final class Vocabulary {
    private static final int LARGEST_ID = 1 << 26;

    private final Map<String, Integer> model;
    private final Map<String, Integer> added;
    private final List<String> tokens;

    private Vocabulary(Map<String, Integer> model, Map<String, Integer> added, List<String> tokens) {
        this.model = model;
        this.added = added;
        this.tokens = tokens;
    }

    /** {@code vocab} is an object (token to id) or, for Unigram, a list of [token, score]. */
    static Vocabulary of(JsonNode vocab, List<AddedToken> addedTokens, String origin) {
        Map<String, Integer> model = HashMap.newHashMap(vocab.size());
        if (vocab.isArray()) {
            for (JsonNode entry : vocab) {
                model.putIfAbsent(entry.path(0).asText(), model.size());
            }
        } else {
            for (Map.Entry<String, JsonNode> entry : vocab.properties()) {
                model.put(entry.getKey(), idIn(entry.getValue(), entry.getKey(), origin));
            }
        }
        return new Vocabulary(model, Map.of(), List.of()).with(addedTokens);
    }

    private static int idIn(JsonNode node, String token, String origin) {
        if (!node.isIntegralNumber() || node.asLong() < 0 || node.asLong() > LARGEST_ID) {
            throw new UserError("%s: token \"%s\" has the id %s, which is not between 0 and %d"
                    .formatted(origin, token, node, LARGEST_ID));
        }
        return node.asInt();
    }

    /** The same model vocabulary with these added tokens, all of them, in order. */
    Vocabulary with(List<AddedToken> addedTokens) {
        Map<String, Integer> ids = new LinkedHashMap<>();
        int largest = -1;
        for (AddedToken token : addedTokens) {
            String content = token.content();
            Integer known = model.get(content);
            int id = known != null ? known : ids.getOrDefault(content, Math.max(largest + 1, model.size()));
            ids.put(content, id);
            largest = Math.max(largest, id);
        }
        return new Vocabulary(model, ids, byId(model, ids));
    }

    private static List<String> byId(Map<String, Integer> model, Map<String, Integer> added) {
        int largest = -1;
        for (int id : model.values()) {
            largest = Math.max(largest, id);
        }
        for (int id : added.values()) {
            largest = Math.max(largest, id);
        }
        String[] tokens = new String[largest + 1];
        java.util.Arrays.fill(tokens, "");
        model.forEach((token, id) -> tokens[id] = token);
        added.forEach((token, id) -> tokens[id] = token);
        return List.of(tokens);
    }

    OptionalInt idOf(String token) {
        Integer id = added.containsKey(token) ? added.get(token) : model.get(token);
        return id == null ? OptionalInt.empty() : OptionalInt.of(id);
    }

    /** The text of an id as the vocabulary has it; empty for a number that no token has. */
    String tokenOf(int id) {
        return id >= 0 && id < tokens.size() ? tokens.get(id) : "";
    }

    /** Tokens, the added ones included. */
    int size() {
        int beyond = 0;
        for (String token : added.keySet()) {
            beyond += model.containsKey(token) ? 0 : 1;
        }
        return model.size() + beyond;
    }
}
