package dev.lathe.run.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TokenTextTest {
    @Test
    void nothingMovesTheCursorOrHides() {
        assertThat(TokenText.visible("a\nb\tc\r\u001b[31m\u202e\u0000\u200b"))
                .isEqualTo("a⏎b⇥c␍\\u{1b}[31m\\u{202e}\\u{0}\\u{200b}");
        assertThat(TokenText.visible("héé 漢字 😀")).isEqualTo("héé 漢字 😀");
    }

    @Test
    void charactersOfEastAsiaTakeTwoColumns() {
        assertThat(TokenText.columns("ab漢字")).isEqualTo(6);
        assertThat(TokenText.columns("，")).isEqualTo(2);
    }

    @Test
    void markupIsShownAndNotObeyed() {
        assertThat(Html.visible("<script>'\"&\n")).isEqualTo("&lt;script&gt;&#39;&quot;&amp;⏎");
    }
}
