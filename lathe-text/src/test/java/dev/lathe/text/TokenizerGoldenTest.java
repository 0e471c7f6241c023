package dev.lathe.text;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lathe.base.Json;
import dev.lathe.base.Reference;
import java.nio.file.Path;
import java.util.stream.StreamSupport;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Ids and texts of 40 hostile strings: goldens/data/encodings.json, made with transformers 5.6.0. */
class TokenizerGoldenTest {
    @ParameterizedTest
    @ValueSource(strings = {"stories260K", "qwen3", "qwen2_5", "llama3", "gemma3", "mistral_nemo"})
    void encodesAndDecodesAsTransformersDoes(String name) {
        JsonNode golden = Json.read(Reference.file("reference/goldens/data/encodings.json"));
        JsonNode goldenCase = StreamSupport.stream(golden.get("cases").spliterator(), false)
                .filter(c -> c.get("case").asText().equals(name))
                .findFirst()
                .orElseThrow();
        Tokenizer tokenizer = Tokenizer.load(folder(name));
        Tokenizer splitting = tokenizer.splittingSpecialTokens();
        assertThat(tokenizer.size()).isEqualTo(goldenCase.at("/tokenizer/size").asInt());
        SoftAssertions softly = new SoftAssertions();
        for (JsonNode row : goldenCase.get("rows")) {
            String text = golden.get("strings").get(row.get("s").asInt()).asText();
            int[] ids = ids(row.get("ids"));
            String decoded = row.path("decoded").asText(text);
            softly.assertThat(tokenizer.encode(text)).as(text).isEqualTo(ids);
            softly.assertThat(tokenizer.encodeWithSpecialTokens(text))
                    .as(text)
                    .isEqualTo(row.has("ids_add_special_tokens") ? ids(row.get("ids_add_special_tokens")) : ids);
            softly.assertThat(splitting.encode(text))
                    .as(text)
                    .isEqualTo(row.has("ids_split_special_tokens") ? ids(row.get("ids_split_special_tokens")) : ids);
            softly.assertThat(tokenizer.decode(ids, false)).as(text).isEqualTo(decoded);
            softly.assertThat(tokenizer.decode(ids, true))
                    .as(text)
                    .isEqualTo(row.path("decoded_skip_special_tokens").asText(decoded));
        }
        softly.assertAll();
    }

    static Path folder(String name) {
        return name.equals("stories260K")
                ? Reference.file("models/stories260K/hf")
                : Reference.model("tokenizers/" + name);
    }

    static int[] ids(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false)
                .mapToInt(JsonNode::asInt)
                .toArray();
    }
}
