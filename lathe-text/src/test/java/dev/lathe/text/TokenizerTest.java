package dev.lathe.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lathe.base.Disk;
import dev.lathe.base.Json;
import dev.lathe.base.SafeFiles;
import dev.lathe.base.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A byte-level tokenizer of six tokens: a, b, c, ab and the special s and e. */
class TokenizerTest {
    private static final String SMALL = """
            {"version": "1.0", "truncation": {"direction": "Right", "max_length": 2, "strategy": "LongestFirst", "stride": 0},
             "padding": null,
             "added_tokens": [
               {"id": 4, "content": "<s>", "single_word": false, "lstrip": false, "rstrip": false, "normalized": false, "special": true},
               {"id": 5, "content": "<t>", "single_word": false, "lstrip": false, "rstrip": false, "normalized": false, "special": false}],
             "normalizer": null, "pre_tokenizer": null, "post_processor": null, "decoder": {"type": "Fuse"},
             "model": {"type": "BPE", "dropout": null, "unk_token": null, "continuing_subword_prefix": null,
               "end_of_word_suffix": null, "fuse_unk": false, "byte_fallback": false, "ignore_merges": false,
               "vocab": {"a": 0, "b": 1, "c": 2, "ab": 3}, "merges": [["a", "b"]]}}
            """;

    private final Path folder;

    TokenizerTest(@TempDir Path folder) {
        this.folder = folder;
    }

    private Tokenizer small(String config) throws IOException {
        Files.writeString(folder.resolve("tokenizer.json"), SMALL);
        Files.writeString(folder.resolve("tokenizer_config.json"), config);
        return Tokenizer.load(folder);
    }

    @Test
    void aFilesOwnTruncationIsSwitchedOff() throws IOException {
        assertThat(small("{}").encode("abcabc")).containsExactly(3, 2, 3, 2);
    }

    @Test
    void specialTokensInATextAreFoundUnlessSplit() throws IOException {
        Tokenizer tokenizer = small("{\"bos_token\": \"<s>\"}");
        assertThat(tokenizer.encode("a<s>b<t>")).containsExactly(0, 4, 1, 5);
        // < and > are not in the vocabulary; what matters is that <t> keeps its id although <s> is gone
        assertThat(tokenizer.splittingSpecialTokens().encode("a<t>b")).containsExactly(0, 5, 1);
        assertThat(tokenizer.splittingSpecialTokens().encode("a<s>b")).doesNotContain(4);
        assertThat(small("{\"split_special_tokens\": true}").encode("a<s>b")).doesNotContain(4);
    }

    @Test
    void newTokensGoToTheEndInOrder() throws IOException {
        Tokenizer tokenizer = small("{}");
        Tokenizer more = tokenizer
                .withAdditionalSpecialTokens(List.of("<u>", "c", "<v>"))
                .withTokens(List.of("word"));
        assertThat(more.size()).isEqualTo(tokenizer.size() + 3);
        assertThat(more.idOf("<u>")).hasValue(6);
        assertThat(more.idOf("<v>")).hasValue(7);
        assertThat(more.idOf("word")).hasValue(8);
        assertThat(more.encode("a<v>wordc")).containsExactly(0, 7, 8, 2);
        assertThat(more.decode(new int[] {0, 7, 8, 2}, true)).isEqualTo("aword");
        assertThat(more.additionalSpecialTokens()).extracting(SpecialToken::id).containsExactly(6, 2, 7);
        assertThat(tokenizer.idOf("<u>")).isEmpty();
    }

    @Test
    void aTokenThatOnlyTheConfigKnowsIsAdded() throws IOException {
        Tokenizer tokenizer = small("""
                {"eos_token": {"content": "<e>", "lstrip": false}, "pad_token": "c", "additional_special_tokens": ["<x>"],
                 "added_tokens_decoder": {"6": {"content": "<e>", "special": true}}}""");
        assertThat(tokenizer.eos()).contains(new SpecialToken("<e>", 6));
        assertThat(tokenizer.pad()).contains(new SpecialToken("c", 2));
        assertThat(tokenizer.additionalSpecialTokens()).containsExactly(new SpecialToken("<x>", 7));
        assertThat(tokenizer.bos()).isEmpty();
        assertThat(tokenizer.encode("ab<e>")).containsExactly(3, 6);
    }

    @Test
    void savedAndLoadedIsNeverSaved() throws IOException {
        Tokenizer tokenizer = small("{\"bos_token\": \"<s>\", \"model_max_length\": 1000000000000000019884624838656}")
                .withEos("<e>")
                .withPad("<e>")
                .withAdditionalSpecialTokens(List.of("<x>"))
                .withChatTemplate("{{ messages }}\n");
        Path saved = folder.resolve("saved here");
        tokenizer.save(saved, new SafeFiles(Disk.real()));
        Tokenizer loaded = Tokenizer.load(saved);
        assertThat(loaded.identity()).isEqualTo(tokenizer.identity());
        assertThat(loaded.encode("a<s>b<e><x>")).isEqualTo(tokenizer.encode("a<s>b<e><x>"));
        assertThat(loaded.eos()).isEqualTo(tokenizer.eos());
        assertThat(loaded.pad()).isEqualTo(tokenizer.pad());
        assertThat(loaded.additionalSpecialTokens()).isEqualTo(tokenizer.additionalSpecialTokens());
        assertThat(loaded.chatTemplate()).contains("{{ messages }}\n");
        JsonNode config = Json.read(saved.resolve("tokenizer_config.json"));
        assertThat(config.get("model_max_length").asText()).isEqualTo("1000000000000000019884624838656");
        assertThat(config.get("bos_token").asText()).isEqualTo("<s>");
    }

    @Test
    void identityTellsApartWhatGivesOtherIds() throws IOException {
        Tokenizer tokenizer = small("{}");
        assertThat(small("{}").identity()).isEqualTo(tokenizer.identity()).hasSize(32);
        assertThat(tokenizer.withEos("c").identity()).isNotEqualTo(tokenizer.identity());
        assertThat(tokenizer.splittingSpecialTokens().identity()).isNotEqualTo(tokenizer.identity());
        assertThat(tokenizer.withChatTemplate("x").identity()).isEqualTo(tokenizer.identity());
    }

    @Test
    void halfACharacterIsReplacedNotFatal() throws IOException {
        Tokenizer tokenizer = small("{}");
        assertThat(tokenizer.encode("a\ud83db")).isEqualTo(tokenizer.encode("a\uFFFDb"));
    }

    @Test
    void idsOutsideTheVocabularyDecodeToNothing() throws IOException {
        Tokenizer tokenizer = small("{}");
        assertThat(tokenizer.decode(new int[] {0, 99_999, 1}, false)).isEqualTo("ab");
        assertThat(tokenizer.tokenOf(99_999)).isEmpty();
        assertThatThrownBy(() -> tokenizer.decode(new int[] {-100}, false))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void whatIsNotATokenizerIsRefusedWithAReason() throws IOException {
        assertThatThrownBy(() -> Tokenizer.load(folder))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("has no tokenizer.json");
        Files.writeString(folder.resolve("tokenizer.model"), "x");
        assertThatThrownBy(() -> Tokenizer.load(folder))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("tokenizer.model but no tokenizer.json");
        for (String broken : List.of(
                "{",
                "[]",
                "{\"model\": 3}",
                SMALL.replace("\"BPE\"", "\"Magic\""),
                SMALL.replace("\"a\": 0", "\"a\": 99999999999"),
                SMALL.replace("\"a\": 0", "\"a\": -1"))) {
            Files.writeString(folder.resolve("tokenizer.json"), broken);
            assertThatThrownBy(() -> Tokenizer.load(folder)).as(broken).isInstanceOf(UserError.class);
        }
    }
}
