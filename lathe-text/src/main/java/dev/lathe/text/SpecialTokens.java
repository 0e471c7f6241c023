package dev.lathe.text;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Which tokens play which part, by {@code tokenizer_config.json}'s names ({@code bos_token}, ...), and the extra ones. */
record SpecialTokens(Map<String, String> named, List<String> additional) {
    static final List<String> PARTS =
            List.of("bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token");

    SpecialTokens {
        named = Map.copyOf(named);
        additional = List.copyOf(additional);
    }

    /** {@code fallback} (special_tokens_map.json) speaks where {@code config} (tokenizer_config.json) is silent. */
    static SpecialTokens of(JsonNode config, JsonNode fallback) {
        Map<String, String> named = new LinkedHashMap<>();
        for (String part : PARTS) {
            JsonNode node = config.has(part) ? config.get(part) : fallback.path(part);
            content(node).ifPresent(token -> named.put(part, token));
        }
        List<String> additional = new ArrayList<>();
        for (String key : List.of("additional_special_tokens", "extra_special_tokens")) {
            JsonNode node = config.has(key) ? config.get(key) : fallback.path(key);
            node.forEach(token ->
                    content(token).filter(text -> !additional.contains(text)).ifPresent(additional::add));
        }
        return new SpecialTokens(named, additional);
    }

    /** A token is written as a string, or as an object with its flags. */
    private static Optional<String> content(JsonNode node) {
        String text = node.isObject() ? node.path("content").asText() : node.isTextual() ? node.asText() : "";
        return Optional.of(text).filter(token -> !token.isEmpty());
    }

    Optional<String> get(String part) {
        return Optional.ofNullable(named.get(part));
    }

    SpecialTokens with(String part, String token) {
        Map<String, String> changed = new LinkedHashMap<>(named);
        changed.put(part, token);
        return new SpecialTokens(changed, additional);
    }

    SpecialTokens plus(List<String> more) {
        List<String> all = new ArrayList<>(additional);
        more.stream().filter(token -> !all.contains(token)).forEach(all::add);
        return new SpecialTokens(named, all);
    }

    List<String> all() {
        List<String> all = new ArrayList<>();
        PARTS.forEach(part -> get(part).ifPresent(all::add));
        all.addAll(additional);
        return all;
    }
}
