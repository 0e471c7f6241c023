package dev.lathe.run.inspect;

import dev.lathe.text.StreamingDecoder;
import dev.lathe.text.Tokenizer;

/** The text that each token of a sequence adds, in a form that can be looked at. */
final class TokenText {
    /** A token that is only the beginning of a character: the one that completes it shows the character. */
    private static final String UNFINISHED = "…";

    private TokenText() {}

    /** One text a token; none is empty, and none holds anything that moves a cursor. */
    static String[] of(Tokenizer tokenizer, int[] ids) {
        StreamingDecoder decoder = new StreamingDecoder(tokenizer, false);
        String[] texts = new String[ids.length];
        for (int i = 0; i < ids.length; i++) {
            String text = decoder.next(ids[i]);
            if (i == ids.length - 1) {
                text += decoder.finish();
            }
            texts[i] =
                    text.isEmpty() ? UNFINISHED : text.isBlank() ? visible(text).replace(' ', '␣') : visible(text);
        }
        return texts;
    }

    /** Text with signs for what cannot be seen. A line feed is ⏎. */
    static String visible(String text) {
        StringBuilder visible = new StringBuilder();
        text.codePoints().forEach(point -> {
            switch (point) {
                case '\n' -> visible.append('⏎');
                case '\t' -> visible.append('⇥');
                case '\r' -> visible.append('␍');
                default -> {
                    if (hidden(point)) {
                        visible.append("\\u{%x}".formatted(point));
                    } else {
                        visible.appendCodePoint(point);
                    }
                }
            }
        });
        return visible.toString();
    }

    private static boolean hidden(int point) {
        return switch (Character.getType(point)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED -> true;
            default -> false;
        };
    }

    /** Columns of a terminal that a text takes: two for each character of East Asia. */
    static int columns(String text) {
        return text.codePoints().map(point -> isWide(point) ? 2 : 1).sum();
    }

    private static boolean isWide(int point) {
        return switch (Character.UnicodeScript.of(point)) {
            case HAN, HIRAGANA, KATAKANA, HANGUL, BOPOMOFO -> true;
            default ->
                point >= 0x1F300 && point <= 0x1FAFF
                        || point >= 0x3000 && point <= 0x303F
                        || point >= 0xFF01 && point <= 0xFF60;
        };
    }
}
