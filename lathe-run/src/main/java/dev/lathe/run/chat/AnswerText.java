package dev.lathe.run.chat;

import dev.lathe.text.StreamingDecoder;
import dev.lathe.text.Tokenizer;
import java.util.Set;
import java.util.function.Consumer;

/** The text of one answer as it grows. The token that ends it is no part of the text, but shown if special tokens are. */
final class AnswerText {
    private final Tokenizer tokenizer;
    private final Set<Integer> stopIds;
    private final boolean skipSpecialTokens;
    private final Consumer<String> pieces;
    private final StreamingDecoder decoder;
    private final StringBuilder text = new StringBuilder();

    AnswerText(Tokenizer tokenizer, Set<Integer> stopIds, boolean skipSpecialTokens, Consumer<String> pieces) {
        this.tokenizer = tokenizer;
        this.stopIds = stopIds;
        this.skipSpecialTokens = skipSpecialTokens;
        this.pieces = pieces;
        this.decoder = new StreamingDecoder(tokenizer, skipSpecialTokens);
    }

    void add(int id) {
        if (!stopIds.contains(id)) {
            add(decoder.next(id));
            return;
        }
        add(decoder.finish());
        if (!skipSpecialTokens) {
            pieces.accept(tokenizer.decode(new int[] {id}, false));
        }
    }

    String finish() {
        add(decoder.finish());
        return text.toString();
    }

    private void add(String piece) {
        if (!piece.isEmpty()) {
            text.append(piece);
            pieces.accept(piece);
        }
    }
}
