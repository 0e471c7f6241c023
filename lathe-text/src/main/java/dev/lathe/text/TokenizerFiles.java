package dev.lathe.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lathe.base.IoReason;
import dev.lathe.base.Json;
import dev.lathe.base.SafeFiles;
import dev.lathe.base.UserError;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The files in which a model folder keeps its tokenizer. */
final class TokenizerFiles {
    private static final String TOKENIZER = "tokenizer.json";
    private static final String CONFIG = "tokenizer_config.json";
    private static final String TEMPLATE = "chat_template.jinja";

    private TokenizerFiles() {}

    static Tokenizer load(Path folder) {
        Path file = folder.resolve(TOKENIZER);
        if (!Files.exists(file)) {
            throw new UserError(missing(folder));
        }
        JsonNode config = optional(folder.resolve(CONFIG));
        TokenizerJson json = TokenizerJson.of(read(file), file.toString()).plus(addedIn(config));
        return Tokenizer.of(
                json,
                SpecialTokens.of(config, optional(folder.resolve("special_tokens_map.json"))),
                chatTemplate(folder, config),
                rest(config));
    }

    private static String missing(Path folder) {
        for (String old : List.of("tokenizer.model", "vocab.json", "vocab.txt")) {
            if (Files.exists(folder.resolve(old))) {
                return "%s has %s but no tokenizer.json. Lathe reads the latter only: most models' hub pages have it, and transformers writes it with AutoTokenizer.from_pretrained(folder).save_pretrained(folder)."
                        .formatted(folder, old);
            }
        }
        return "%s has no tokenizer.json: copy it there from the model's hub page".formatted(folder);
    }

    /** Tokens that only tokenizer_config.json knows, in the order of their ids. */
    private static List<AddedToken> addedIn(JsonNode config) {
        Map<Integer, AddedToken> byId = new TreeMap<>();
        for (Map.Entry<String, JsonNode> entry :
                config.path("added_tokens_decoder").properties()) {
            try {
                byId.put(Integer.valueOf(entry.getKey()), AddedToken.of(entry.getValue()));
            } catch (NumberFormatException e) {
                throw new UserError(
                        "%s: added_tokens_decoder has the key %s, which is not an id".formatted(CONFIG, entry.getKey()),
                        e);
            }
        }
        return new ArrayList<>(byId.values());
    }

    private static Optional<String> chatTemplate(Path folder, JsonNode config) {
        if (Files.exists(folder.resolve(TEMPLATE))) {
            return Optional.of(read(folder.resolve(TEMPLATE)));
        }
        JsonNode node = config.has("chat_template")
                ? config.get("chat_template")
                : optional(folder.resolve("chat_template.json")).path("chat_template");
        if (node.isArray()) { // several, by name
            for (JsonNode named : node) {
                if (named.path("name").asText().equals("default")) {
                    return Optional.of(named.path("template").asText());
                }
            }
        }
        return node.isTextual() ? Optional.of(node.asText()) : Optional.empty();
    }

    private static ObjectNode rest(JsonNode config) {
        ObjectNode rest = config.isObject() ? (ObjectNode) config.deepCopy() : Json.object();
        SpecialTokens.PARTS.forEach(rest::remove);
        rest.remove(
                List.of("added_tokens_decoder", "chat_template", "additional_special_tokens", "extra_special_tokens"));
        return rest;
    }

    static void save(Tokenizer tokenizer, Path folder, SafeFiles files) {
        files.writeText(folder.resolve(TOKENIZER), tokenizer.json().text());
        files.writeText(folder.resolve(CONFIG), Json.pretty(config(tokenizer)));
        tokenizer.chatTemplate().ifPresent(template -> files.writeText(folder.resolve(TEMPLATE), template));
    }

    /** Keys in alphabetical order, as transformers writes them; readable by its versions 4 and 5. */
    private static ObjectNode config(Tokenizer tokenizer) {
        Map<String, JsonNode> keys = new TreeMap<>();
        tokenizer.config().properties().forEach(entry -> keys.put(entry.getKey(), entry.getValue()));
        ObjectNode own = Json.object().put("tokenizer_class", "PreTrainedTokenizerFast");
        own.put("clean_up_tokenization_spaces", false);
        own.properties().forEach(entry -> keys.putIfAbsent(entry.getKey(), entry.getValue()));
        ObjectNode now = Json.object();
        SpecialTokens special = tokenizer.specialTokens();
        special.named().forEach(now::put);
        if (!special.additional().isEmpty()) {
            ArrayNode additional = now.putArray("additional_special_tokens");
            special.additional().forEach(additional::add);
        }
        now.put("split_special_tokens", tokenizer.splitsSpecialTokens());
        now.properties().forEach(entry -> keys.put(entry.getKey(), entry.getValue()));
        ObjectNode sorted = Json.object();
        keys.forEach(sorted::set);
        return sorted;
    }

    static byte[] identity(Tokenizer tokenizer) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(tokenizer.splitsSpecialTokens() ? (byte) 1 : 0);
            String special = new TreeMap<>(tokenizer.specialTokens().named()).toString();
            digest.update(special.getBytes(StandardCharsets.UTF_8));
            return digest.digest(tokenizer.json().text().getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java has SHA-256", e);
        }
    }

    private static JsonNode optional(Path file) {
        return Files.exists(file) ? Json.read(file) : Json.object();
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UserError("%s cannot be read: %s".formatted(file, IoReason.of(e)), e);
        }
    }
}
