package dev.lathe.data;

import java.util.Arrays;
import java.util.OptionalInt;
import java.util.function.Function;

/**
 * Stage pt: the text of a row's first message and the end-of-text token, written and tokenised as one text.
 *
 * @param start text in front of every document; empty for none
 * @param end text after every document
 * @param pad the padding token, which is never trained, even where it is also the end of a text
 * @param cutoffLen tokens that stay; more are cut off
 */
record DocumentEncoder(Function<String, int[]> text, String start, String end, OptionalInt pad, int cutoffLen)
        implements RowEncoder {
    @Override
    public Encoded encode(Row row) {
        String document = row.prompt().getFirst().content();
        int[] ids = text.apply(start + document + end);
        int kept = Math.min(ids.length, cutoffLen);
        int[] cut = Arrays.copyOf(ids, kept);
        return kept == 0
                ? new Encoded.Dropped(DropReason.NO_TOKENS)
                : new Encoded.Kept(cut, DocumentSamples.labels(cut, pad), ids.length - kept);
    }

    @Override
    public boolean hasLabels() {
        return false;
    }
}
