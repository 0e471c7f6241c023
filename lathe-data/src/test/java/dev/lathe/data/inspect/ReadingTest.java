package dev.lathe.data.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lathe.text.ChatEncoder;
import dev.lathe.text.Template;
import dev.lathe.text.Templates;
import dev.lathe.text.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReadingTest {
    private static final int FAR = 40;

    /** Tokens with a brace, a brace as a byte, and one whose id lies beyond the number of tokens. */
    @Test
    void noTokenWithABraceIsOverlooked(@TempDir Path folder) throws IOException {
        Files.writeString(folder.resolve("tokenizer.json"), """
                {"version": "1.0", "truncation": null, "padding": null, "added_tokens": [], "normalizer": null,
                 "pre_tokenizer": null, "post_processor": null, "decoder": null,
                 "model": {"type": "BPE", "dropout": null, "unk_token": null, "continuing_subword_prefix": null,
                           "end_of_word_suffix": null, "fuse_unk": false, "byte_fallback": true, "merges": [],
                           "vocab": {"a": 0, "}": 1, "<0x7B>": 2, "<0x7D>": 3, "x{y": 4, "{": %d}}}
                """.formatted(FAR));
        Template template = Templates.byName("default");
        Tokenizer tokenizer = ChatEncoder.fix(template, Tokenizer.load(folder));
        Reading reading = Reading.of(new ChatEncoder(template, tokenizer, LocalDate.EPOCH));

        assertThat(tokenizer.size()).isLessThan(FAR);
        assertThat(tokenizer.tokenOf(FAR)).isEqualTo("{");
        assertThat(reading.mayHaveBraces(new int[] {0, 1, 3, 0})).isFalse();
        assertThat(reading.mayHaveBraces(new int[] {})).isFalse();
        for (int id : new int[] {2, 4, FAR}) {
            assertThat(reading.mayHaveBraces(new int[] {0, id, 1}))
                    .as("token %d", id)
                    .isTrue();
        }
    }
}
