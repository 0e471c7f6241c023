package dev.lathe.text;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lathe.base.Json;
import dev.lathe.base.Reference;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Real tokenizers, written down as llama.cpp's converter writes them and rebuilt from that, give the ids of the originals. */
class GgufKindsTest {
    @ParameterizedTest
    @CsvSource({
        "qwen2_5, gpt2, qwen2",
        "qwen3, gpt2, qwen2",
        "llama3, gpt2, llama-bpe",
        "mistral_nemo, gpt2, tekken",
        "gemma3, llama, default"
    })
    void idsAreTheOriginals(String name, String model, String pre) {
        JsonNode json = Json.read(Reference.model("tokenizers/" + name + "/tokenizer.json"));
        Tokenizer original = Tokenizer.load(Reference.model("tokenizers/" + name));
        Tokenizer rebuilt = Tokenizer.fromGguf(vocabulary(json, model, pre));
        JsonNode strings = Json.read(Reference.file("reference/goldens/data/encodings.json"))
                .get("strings");
        assertThat(strings.size()).isEqualTo(40);
        for (JsonNode string : strings) {
            int[] ids = original.encode(string.asText());
            assertThat(rebuilt.encode(string.asText())).as(string.asText()).isEqualTo(ids);
            assertThat(rebuilt.decode(ids, false)).isEqualTo(original.decode(ids, false));
        }
    }

    private static GgufVocabulary vocabulary(JsonNode json, String model, String pre) {
        JsonNode vocabulary = json.path("model").path("vocab");
        int size = vocabulary.size();
        for (JsonNode added : json.path("added_tokens")) {
            size = Math.max(size, added.path("id").intValue() + 1);
        }
        List<String> tokens = new ArrayList<>(Collections.nCopies(size, ""));
        List<Integer> types = new ArrayList<>(Collections.nCopies(size, 1));
        for (int id = 0; id < size; id++) {
            tokens.set(id, "[PAD" + id + "]");
        }
        vocabulary.properties().forEach(entry -> tokens.set(entry.getValue().intValue(), entry.getKey()));
        for (JsonNode added : json.path("added_tokens")) {
            tokens.set(added.path("id").intValue(), added.path("content").asText());
            types.set(added.path("id").intValue(), added.path("special").asBoolean() ? 3 : 4);
        }
        boolean pieces = model.equals("llama");
        List<String> merges = new ArrayList<>();
        Map<String, Integer> rank = new HashMap<>();
        for (JsonNode merge : json.path("model").path("merges")) {
            String left = merge.isTextual()
                    ? merge.asText().split(" ", 2)[0]
                    : merge.get(0).asText();
            String right = merge.isTextual()
                    ? merge.asText().split(" ", 2)[1]
                    : merge.get(1).asText();
            rank.putIfAbsent(left + right, rank.size());
            merges.add(left + " " + right);
        }
        List<Float> scores = tokens.stream()
                .map(token -> -(float) rank.getOrDefault(token, 1_000_000_000))
                .toList();
        return new GgufVocabulary(
                model,
                pre,
                tokens,
                pieces ? scores : List.of(),
                types,
                pieces ? List.of() : merges,
                OptionalInt.empty(),
                OptionalInt.empty(),
                pieces ? OptionalInt.of(tokens.indexOf("<unk>")) : OptionalInt.empty(),
                OptionalInt.empty(),
                false,
                !pieces,
                Optional.empty());
    }
}
