package dev.lathe.data;

import dev.lathe.text.Message;
import dev.lathe.text.Role;
import dev.lathe.text.Turn;
import dev.lathe.text.TurnEncoder;
import java.util.Arrays;
import java.util.OptionalInt;

/**
 * Stage ppo: a question for the model to answer, and the data's own answer apart from it.
 *
 * @param eos the id that ends an answer, needed where the template writes none after it
 */
record PromptEncoder(TurnEncoder turns, OptionalInt eos, int cutoffLen) implements RowEncoder {
    @Override
    public Encoded encode(Row row) {
        Message answer = row.answer() instanceof Answer.One(Message given) ? given : new Message(Role.ASSISTANT, "");
        Turn turn = PairEncoder.ended(turns.lastTurn(row.with(answer), row.system(), row.tools()), turns, eos);
        Cutoff kept = Cutoff.fit(turn.source().length, turn.target().length, cutoffLen);
        if (kept.source() == 0) {
            return new Encoded.Dropped(DropReason.NO_TOKENS);
        }
        int[] ids =
                Orders.concat(Arrays.copyOf(turn.source(), kept.source()), Arrays.copyOf(turn.target(), kept.target()));
        int[] labels = new int[ids.length];
        Arrays.fill(labels, Sample.IGNORED);
        int whole = turn.source().length + turn.target().length;
        return new Encoded.Kept(ids, labels, whole - ids.length, new Marks(kept.source(), 0, false, whole));
    }

    @Override
    public boolean hasLabels() {
        return false;
    }
}
