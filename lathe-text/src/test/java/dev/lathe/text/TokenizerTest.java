package dev.lathe.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TokenizerTest {
    @Test
    void loadsStories() {
        Tokenizer t = Tokenizer.load(dev.lathe.base.Reference.file("models/stories260K/hf"));
                t.encodeWithSpecialTokens("Once upon a time, there was a \ud83d little girl\0 x named 😀.<s>")));
                t.decode(t.encode("Once upon a time, there was a \ud83d little girl\0 x named 😀.<s>"), true));
        assertThat(t.addsBos()).isTrue();
        assertThat(t.size()).isEqualTo(512);
    }
}
