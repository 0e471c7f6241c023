package dev.lathe.data;

import java.util.Arrays;
import java.util.function.Function;

/**
 * Stage pt: the text of a row's first message and the end-of-text token, written and tokenised as one text.
 *
 * @param start text in front of every document; empty for none
 * @param end text after every document
 * @param cutoffLen tokens that stay; more are cut off
 */
record DocumentEncoder(Function<String, int[]> text, String start, String end, int cutoffLen) implements RowEncoder {
    @Override
    public Encoded encode(Row row) {
        String document = row.messages().getFirst().content();
        int[] ids = text.apply(start + document + end);
        int kept = Math.min(ids.length, cutoffLen);
        int[] cut = Arrays.copyOf(ids, kept);
        return kept == 0
                ? new Encoded.Dropped(DropReason.NO_TOKENS)
                : new Encoded.Kept(cut, cut, ids.length - kept);
    }

    @Override
    public boolean hasLabels() {
        return false;
    }
}
