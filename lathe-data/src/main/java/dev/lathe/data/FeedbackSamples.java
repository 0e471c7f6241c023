package dev.lathe.data;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Rows that {@link FeedbackEncoder} wrote, each beside the same question with the answer of the row before it; the first
 * of a batch has the last one's.
 *
 * @param order the row of each sample
 * @param others the row whose answer each sample borrows
 */
@SuppressWarnings("ArrayRecordComponent") // private to the package, never compared
record FeedbackSamples(EncodedRows rows, int[] order, int[] others, int cutoffLen) implements RowSamples<Feedback> {
    static FeedbackSamples of(EncodedRows rows, int[] order, List<MapBatches> batches, int cutoffLen) {
        IntStream.Builder kept = IntStream.builder();
        IntStream.Builder others = IntStream.builder();
        for (MapBatches batch : batches) {
            int[] part = PlainSamples.kept(rows, Arrays.copyOfRange(order, batch.from(), batch.to()));
            for (int i = 0; i < part.length; i++) {
                kept.add(part[i]);
                others.add(part[(i == 0 ? part.length : i) - 1]);
            }
        }
        return new FeedbackSamples(rows, kept.build().toArray(), others.build().toArray(), cutoffLen);
    }

    @Override
    public Feedback get(int index) {
        StoredParts own = StoredParts.of(rows, order[index]);
        StoredParts other = StoredParts.of(rows, others[index]);
        return new Feedback(joined(own, own), joined(own, other), own.marks().good());
    }

    private Sample joined(StoredParts question, StoredParts answer) {
        Cutoff kept = fit(question.marks(), answer.marks(), answer.ids().length);
        int from = answer.marks().first();
        return Sample.answered(question.between(0, kept.source()), answer.between(from, from + kept.target()));
    }

    private Cutoff fit(Marks question, Marks answer, int end) {
        return Cutoff.fit(question.first() - answer.second(), end - answer.first(), cutoffLen);
    }

    private int tokens(int question, int answer) {
        Cutoff kept = fit(rows.marks(question), rows.marks(answer), rows.tokens(answer));
        return kept.source() + kept.target();
    }

    @Override
    public int tokens(int index) {
        return tokens(order[index], order[index]) + tokens(order[index], others[index]);
    }

    @Override
    public Class<Feedback> kind() {
        return Feedback.class;
    }
}
