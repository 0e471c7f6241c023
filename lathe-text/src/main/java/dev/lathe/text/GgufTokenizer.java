package dev.lathe.text;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lathe.base.Json;
import dev.lathe.base.UserError;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * Says in tokenizer.json's words what a GGUF file says in its own, then loads that. The types of tokens are those of
 * llama.cpp's {@code llama_token_type}.
 */
final class GgufTokenizer {
    private static final int UNKNOWN = 2;
    private static final int CONTROL = 3;
    private static final int USER_DEFINED = 4;

    private final GgufVocabulary gguf;

    private GgufTokenizer(GgufVocabulary gguf) {
        this.gguf = gguf;
    }

    static Tokenizer of(GgufVocabulary gguf) {
        GgufTokenizer builder = new GgufTokenizer(gguf);
        builder.check();
        ObjectNode tree =
                Json.object().put("version", "1.0").putNull("truncation").putNull("padding");
        tree.set("added_tokens", builder.addedTokens());
        switch (gguf.model()) {
            case "gpt2" -> ByteLevelBpe.write(gguf, tree);
            case "llama" -> SentencePieceBpe.write(gguf, tree);
            default ->
                throw new UserError(
                        "tokenizer.ggml.model is %s, which Lathe does not read; it reads gpt2 and llama. Put the model's tokenizer.json into the folder instead"
                                .formatted(gguf.model()));
        }
        tree.set("post_processor", builder.postProcessor(tree.path("post_processor")));
        return Tokenizer.of(
                TokenizerJson.of(tree, Json.compact(tree), "the GGUF file's tokenizer"),
                new SpecialTokens(builder.parts(), List.of()),
                gguf.chatTemplate(),
                Json.object());
    }

    private void check() {
        int size = gguf.tokens().size();
        if (size == 0) {
            throw new UserError("the GGUF file has no tokenizer.ggml.tokens: it holds weights only");
        }
        sameLength("scores", gguf.scores().size(), size);
        sameLength("token_type", gguf.tokenTypes().size(), size);
        parts();
    }

    private static void sameLength(String key, int length, int size) {
        if (length != 0 && length != size) {
            throw new UserError(
                    "tokenizer.ggml.%s has %d entries for %d tokens: the GGUF file is damaged or was written wrongly"
                            .formatted(key, length, size));
        }
    }

    private Map<String, String> parts() {
        Map<String, OptionalInt> ids = new LinkedHashMap<>();
        ids.put("bos_token", gguf.bos());
        ids.put("eos_token", gguf.eos());
        ids.put("unk_token", gguf.unk());
        ids.put("pad_token", gguf.pad());
        Map<String, String> parts = new LinkedHashMap<>();
        ids.forEach((part, id) -> id.ifPresent(number -> {
            if (number < 0 || number >= gguf.tokens().size()) {
                throw new UserError("the GGUF file's %s has the id %d, but there are only %d tokens"
                        .formatted(part, number, gguf.tokens().size()));
            }
            parts.put(part, gguf.tokens().get(number));
        }));
        return parts;
    }

    private ArrayNode addedTokens() {
        ArrayNode added = Json.MAPPER.createArrayNode();
        for (int id = 0; id < gguf.tokenTypes().size(); id++) {
            int type = gguf.tokenTypes().get(id);
            String token = gguf.tokens().get(id);
            if (type == CONTROL || type == UNKNOWN) {
                added.add(AddedToken.special(token).toJson(id));
            } else if (type == USER_DEFINED) {
                added.add(AddedToken.userDefined(token).toJson(id));
            }
        }
        return added;
    }

    /** A begin-of-text token in front, if the file asks for it. */
    private com.fasterxml.jackson.databind.JsonNode postProcessor(com.fasterxml.jackson.databind.JsonNode plain) {
        if (!gguf.addBos() || gguf.bos().isEmpty()) {
            return plain;
        }
        int id = gguf.bos().getAsInt();
        String bos = gguf.tokens().get(id);
        ObjectNode template = Json.object().put("type", "TemplateProcessing");
        ArrayNode single = template.putArray("single");
        single.addObject().putObject("SpecialToken").put("id", bos).put("type_id", 0);
        single.addObject().putObject("Sequence").put("id", "A").put("type_id", 0);
        ArrayNode pair = template.putArray("pair");
        pair.addAll(single.deepCopy());
        pair.addObject().putObject("Sequence").put("id", "B").put("type_id", 1);
        ObjectNode token = template.putObject("special_tokens").putObject(bos).put("id", bos);
        token.putArray("ids").add(id);
        token.putArray("tokens").add(bos);
        return template;
    }
}
