package dev.lathe.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lathe.base.Json;
import dev.lathe.base.Reference;
import dev.lathe.base.UserError;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;

class GgufTokenizerTest {
    /** String 13 is where transformers' conversion, which made the golden ids, forgets to split digits. */
    private static final int DIGITS_OF_OTHER_SCRIPTS = 13;

    @Test
    void sentencePieceKindEncodesAsLlamaCppDoes() {
        JsonNode golden = Json.read(Reference.file("reference/goldens/quant/gguf/tokenize.json"));
        Tokenizer tokenizer =
                Tokenizer.fromGguf(GgufMetadata.of(Reference.file("reference/goldens/quant/gguf/stories260K-Q8_0.gguf"))
                        .vocabulary());
        for (JsonNode row : golden.get("cases")) {
            assertThat(tokenizer.encodeWithSpecialTokens(row.get("text").asText()))
                    .as(row.get("text").asText())
                    .isEqualTo(TokenizerGoldenTest.ids(row.get("ids")));
        }
    }

    @Test
    void sentencePieceKindEqualsTheSameModelsHuggingFaceFolder() {
        Tokenizer gguf =
                Tokenizer.fromGguf(GgufMetadata.of(Reference.file("reference/goldens/quant/gguf/stories260K-Q8_0.gguf"))
                        .vocabulary());
        Tokenizer folder = Tokenizer.load(Reference.file("models/stories260K/hf"));
        JsonNode strings = Json.read(Reference.file("reference/goldens/data/encodings.json"))
                .get("strings");
        for (JsonNode string : strings) {
            int[] ids = folder.encode(string.asText());
            assertThat(gguf.encode(string.asText())).as(string.asText()).isEqualTo(ids);
            assertThat(gguf.decode(ids, false)).isEqualTo(folder.decode(ids, false));
        }
    }

    @Test
    void byteLevelKindEncodesAsTransformersDoes() {
        JsonNode golden = Json.read(Reference.file("reference/goldens/data/encodings.json"));
        Tokenizer tokenizer = smollm2();
        JsonNode goldenCase = golden.get("cases").get(0);
        assertThat(goldenCase.get("case").asText()).isEqualTo("SmolLM2-135M-Instruct");
        SoftAssertions softly = new SoftAssertions();
        for (JsonNode row : goldenCase.get("rows")) {
            int s = row.get("s").asInt();
            String text = golden.get("strings").get(s).asText();
            int[] ids = TokenizerGoldenTest.ids(row.get("ids"));
            if (s == DIGITS_OF_OTHER_SCRIPTS) {
                softly.assertThat(tokenizer.encode(text)).isNotEqualTo(ids);
                softly.assertThat(tokenizer.decode(tokenizer.encode(text), false))
                        .isEqualTo(text);
                continue;
            }
            softly.assertThat(tokenizer.encode(text)).as(text).isEqualTo(ids);
            softly.assertThat(tokenizer.decode(ids, false))
                    .as(text)
                    .isEqualTo(row.path("decoded").asText(text));
        }
        softly.assertAll();
        assertThat(tokenizer.size()).isEqualTo(49152);
        assertThat(tokenizer.eos()).contains(new SpecialToken("<|im_end|>", 2));
    }

    @Test
    void everyDigitIsATokenOfItsOwn() {
        Tokenizer tokenizer = smollm2();
        assertThat(tokenizer.encode("2024")).hasSize(4);
        int[] digits = tokenizer.encode("١٢");
        int first = tokenizer.encode("١").length;
        assertThat(tokenizer.encode("١")).isEqualTo(java.util.Arrays.copyOf(digits, first));
    }

    @Test
    void unknownKindsAreRefusedByName() {
        assertThatThrownBy(() -> Tokenizer.fromGguf(vocabulary("bert", "")))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("bert");
        assertThatThrownBy(() -> Tokenizer.fromGguf(vocabulary("gpt2", "viking")))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("tokenizer.ggml.pre is viking");
        assertThatThrownBy(() -> Tokenizer.fromGguf(vocabulary("llama", "")))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("scores");
    }

    @Test
    void anIdBeyondTheTokensIsRefused() {
        GgufVocabulary bad = new GgufVocabulary(
                "gpt2",
                "gpt-2",
                List.of("a", "b"),
                List.of(),
                List.of(),
                List.of(),
                OptionalInt.of(7),
                OptionalInt.empty(),
                OptionalInt.empty(),
                OptionalInt.empty(),
                false,
                true,
                Optional.empty());
        assertThatThrownBy(() -> Tokenizer.fromGguf(bad))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("bos_token has the id 7");
    }

    static Tokenizer smollm2() {
        return Tokenizer.fromGguf(
                GgufMetadata.of(Reference.model("smollm2/smollm2.gguf")).vocabulary());
    }

    private static GgufVocabulary vocabulary(String model, String pre) {
        return new GgufVocabulary(
                model,
                pre,
                List.of("a", "b", "ab"),
                List.of(),
                List.of(1, 1, 1),
                List.of("a b"),
                OptionalInt.empty(),
                OptionalInt.of(0),
                OptionalInt.empty(),
                OptionalInt.empty(),
                false,
                true,
                Optional.empty());
    }
}
