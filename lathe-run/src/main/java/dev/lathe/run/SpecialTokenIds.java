package dev.lathe.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lathe.base.Json;
import dev.lathe.model.LoadedModel;
import dev.lathe.text.SpecialToken;
import dev.lathe.text.Tokenizer;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/**
 * The token ids that {@code config.json} and {@code generation_config.json} repeat from the tokenizer. A template may have
 * given it another end of text, and who serves a trained model stops where these files say; Hugging Face's Trainer
 * rewrites them in the same way.
 */
final class SpecialTokenIds {
    private SpecialTokenIds() {}

    /** The model with ids in its settings that agree with {@code tokenizer}; {@code generation} is there in any case. */
    static LoadedModel align(LoadedModel model, Tokenizer tokenizer) {
        ObjectNode config = model.config().deepCopy();
        ObjectNode generation = model.generationSettings();
        tokenizer.eos().ifPresent(eos -> {
            config.put("eos_token_id", eos.id());
            Set<Integer> ends = new LinkedHashSet<>();
            JsonNode before = generation.path("eos_token_id");
            (before.isArray() ? before : Json.MAPPER.createArrayNode().add(before))
                    .forEach(id -> ends.add(id.asInt(eos.id())));
            ArrayNode all = generation.putArray("eos_token_id");
            if (!ends.contains(eos.id())) {
                all.add(eos.id());
            }
            ends.forEach(all::add);
        });
        put("bos_token_id", tokenizer.bos(), config, generation);
        put("pad_token_id", tokenizer.pad(), config, generation);
        return new LoadedModel(
                model.name(), config, Optional.of(generation), model.spec(), model.weights(), model.tokenizer());
    }

    private static void put(String key, Optional<SpecialToken> token, ObjectNode config, ObjectNode generation) {
        token.ifPresent(found -> {
            config.put(key, found.id());
            generation.put(key, found.id());
        });
    }
}
