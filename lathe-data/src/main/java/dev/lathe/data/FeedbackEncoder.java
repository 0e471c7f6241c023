package dev.lathe.data;

import dev.lathe.text.Message;
import dev.lathe.text.Role;
import dev.lathe.text.Turn;
import dev.lathe.text.TurnEncoder;
import java.util.Arrays;
import java.util.OptionalInt;

/**
 * Stage kto: a question with a judged answer. Stored uncut, since the answer also follows another row's question, and how
 * much of either stays depends on both. A question may end with an empty thought that an answer with a thought of its own
 * takes away; the question is stored with it.
 *
 * @param eos the id that ends an answer, needed where the template writes none after it
 */
record FeedbackEncoder(TurnEncoder turns, OptionalInt eos, int cutoffLen) implements RowEncoder {
    @Override
    public Encoded encode(Row row) {
        if (!(row.answer() instanceof Answer.Judged(Message answer, boolean good))) {
            return new Encoded.Dropped(row.answer() instanceof Answer.None ? DropReason.NO_ANSWER : DropReason.NO_TAG);
        }
        Turn turn = PairEncoder.ended(turns.lastTurn(row.with(answer), row.system(), row.tools()), turns, eos);
        Message silence = new Message(Role.ASSISTANT, "");
        int[] question =
                turns.lastTurn(row.with(silence), row.system(), row.tools()).source();
        int[] ids = Orders.concat(question, turn.target());
        Cutoff kept = Cutoff.fit(turn.source().length, turn.target().length, cutoffLen);
        if (kept.source() + kept.target() == 0) {
            return new Encoded.Dropped(DropReason.NO_TOKENS);
        }
        int[] labels = ids.clone();
        Arrays.fill(labels, Sample.IGNORED);
        System.arraycopy(ids, question.length, labels, question.length, kept.target());
        int lost = turn.source().length + turn.target().length - kept.source() - kept.target();
        Marks marks = new Marks(
                question.length,
                question.length - turn.source().length,
                good && !answer.content().isEmpty(), // the reference tells good answers by their not being empty
                turn.source().length + turn.target().length);
        return new Encoded.Kept(ids, labels, lost, marks);
    }

    @Override
    public boolean hasLabels() {
        return false;
    }
}
