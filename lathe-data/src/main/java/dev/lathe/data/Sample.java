package dev.lathe.data;

import java.util.Arrays;

/**
 * What the trainer sees as one sequence: a row, a pack of rows, or a block of running text. Never padded.
 *
 * @param inputIds [tokens]
 * @param labels [tokens] the id to be predicted <em>at</em> this place (the shift is the trainer's), or {@link #IGNORED}
 * @param positions [tokens] for the rotary embedding; starts again at 0 with every row of a pack
 * @param segments lengths of the runs of tokens that see each other, causally; they add up to the number of tokens. A
 *     plain pack is one run although its positions restart: its rows see each other, as in the reference
 */
@SuppressWarnings("ArrayRecordComponent") // fresh arrays for one reader, never compared
public record Sample(int[] inputIds, int[] labels, int[] positions, int[] segments) implements Example {
    /** The label of a token that is not trained. */
    public static final int IGNORED = -100;

    public Sample {
        if (labels.length != inputIds.length
                || positions.length != inputIds.length
                || Arrays.stream(segments).sum() != inputIds.length) {
            throw new IllegalArgumentException("%d ids, %d labels, %d positions, segments %s"
                    .formatted(inputIds.length, labels.length, positions.length, Arrays.toString(segments)));
        }
    }

    /** One sequence in which every token sees all before it. */
    public static Sample row(int[] inputIds, int[] labels) {
        return new Sample(inputIds, labels, Orders.ascending(inputIds.length), new int[] {inputIds.length});
    }

    /** A question, which is not trained, and its answer, which is. */
    static Sample answered(int[] question, int[] answer) {
        int[] ids = Orders.concat(question, answer);
        int[] labels = ids.clone();
        Arrays.fill(labels, 0, question.length, IGNORED);
        return row(ids, labels);
    }

    @Override
    public int tokens() {
        return inputIds.length;
    }

    /** Labels other than {@link #IGNORED}, before the shift: what the reference counts as items of a batch. */
    public int supervised() {
        int count = 0;
        for (int label : labels) {
            count += label == IGNORED ? 0 : 1;
        }
        return count;
    }
}
