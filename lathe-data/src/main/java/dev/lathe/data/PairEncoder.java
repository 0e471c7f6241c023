package dev.lathe.data;

import dev.lathe.text.Message;
import dev.lathe.text.Turn;
import dev.lathe.text.TurnEncoder;
import java.util.Arrays;
import java.util.OptionalInt;

/**
 * Stages rm and dpo: a question with two answers. All three are cut as the question with the longer answer would be, so
 * that both answers follow the same tokens. Stored one after another: question, chosen, rejected.
 *
 * @param eos the id that ends an answer, needed where the template writes none after it
 */
record PairEncoder(TurnEncoder turns, OptionalInt eos, int cutoffLen) implements RowEncoder {
    @Override
    public Encoded encode(Row row) {
        if (!(row.answer() instanceof Answer.Pair(Message better, Message worse))) {
            return new Encoded.Dropped(DropReason.NO_PAIR);
        }
        Turn first = ended(turns.lastTurn(row.with(better), row.system(), row.tools()), turns, eos);
        Turn second = ended(turns.lastTurn(row.with(worse), row.system(), row.tools()), turns, eos);
        int[] question = first.source();
        int[] chosen = first.target();
        int[] rejected = second.target();
        Cutoff kept = Cutoff.fit(question.length, Math.max(chosen.length, rejected.length), cutoffLen);
        int whole = question.length + Math.max(chosen.length, rejected.length);
        int lost = 2 * (question.length - kept.source())
                + Math.max(0, chosen.length - kept.target())
                + Math.max(0, rejected.length - kept.target());
        chosen = Arrays.copyOf(chosen, Math.min(chosen.length, kept.target()));
        rejected = Arrays.copyOf(rejected, Math.min(rejected.length, kept.target()));
        int[] answers = Orders.concat(chosen, rejected);
        if (kept.source() + answers.length == 0) {
            return new Encoded.Dropped(DropReason.NO_TOKENS);
        }
        Sample all = Sample.answered(Arrays.copyOf(question, kept.source()), answers);
        Marks marks = new Marks(kept.source(), kept.source() + chosen.length, false, whole);
        return new Encoded.Kept(all.inputIds(), all.labels(), lost, marks);
    }

    @Override
    public boolean hasLabels() {
        return false;
    }

    /** With the end that the template leaves to the next turn. */
    static Turn ended(Turn turn, TurnEncoder turns, OptionalInt eos) {
        return turns.efficientEos()
                ? new Turn(turn.source(), Orders.concat(turn.target(), new int[] {eos.orElseThrow()}))
                : turn;
    }
}
