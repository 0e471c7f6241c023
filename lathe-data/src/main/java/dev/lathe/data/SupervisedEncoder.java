package dev.lathe.data;

import dev.lathe.text.Turn;
import dev.lathe.text.TurnEncoder;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;

/**
 * Stage sft: questions are ignored, answers are trained. Turns are taken from the first on (with {@code maskHistory} from
 * the last) until {@code cutoffLen} is full; the turn that reaches it is cut, the rest is left out.
 *
 * @param eos the id that ends an answer, needed where the template writes none after it
 */
record SupervisedEncoder(TurnEncoder turns, OptionalInt eos, int cutoffLen, boolean trainOnPrompt, boolean maskHistory)
        implements RowEncoder {
    @Override
    public Encoded encode(Row row) {
        if (!(row.answer() instanceof Answer.One)) {
            boolean judged = row.answer() instanceof Answer.Judged;
            return new Encoded.Dropped(judged ? DropReason.TAGGED : DropReason.NO_ANSWER);
        }
        List<Turn> turns = maskHistory
                ? turns().turnsForLastAnswer(row.messages(), row.system(), row.tools())
                : turns().turns(row.messages(), row.system(), row.tools());
        int full = turns.stream()
                .mapToInt(turn -> turn.source().length + turn.target().length)
                .sum();
        boolean endsLater = turns().efficientEos();
        Tokens tokens = new Tokens(full + 1);
        int room = cutoffLen - (endsLater ? 1 : 0);
        List<Turn> byWeight = maskHistory ? turns.reversed() : turns;
        for (int i = 0; i < byWeight.size() && room > 0; i++) {
            int[] source = byWeight.get(i).source();
            int[] target = byWeight.get(i).target();
            Cutoff kept = Cutoff.fit(source.length, target.length, room);
            room -= kept.source() + kept.target();
            Tokens turn = new Tokens(kept.source() + kept.target());
            turn.add(source, kept.source(), trainOnPrompt);
            if (endsLater && i > 0 && kept.source() > 0) {
                turn.labels[0] = eos.orElseThrow();
            }
            turn.add(target, kept.target(), !maskHistory || i == 0);
            tokens.put(turn, maskHistory);
        }
        if (endsLater) {
            tokens.add(new int[] {eos.orElseThrow()}, 1, true);
        }
        if (tokens.count == 0) {
            return new Encoded.Dropped(DropReason.NO_TOKENS);
        }
        return tokens.kept(full + (endsLater ? 1 : 0));
    }

    @Override
    public boolean hasLabels() {
        return !trainOnPrompt;
    }

    /** Ids and labels side by side. */
    private static final class Tokens {
        private final int[] ids;
        private final int[] labels;
        private int count;

        Tokens(int most) {
            ids = new int[most];
            labels = new int[most];
        }

        void add(int[] more, int length, boolean trained) {
            System.arraycopy(more, 0, ids, count, length);
            if (trained) {
                System.arraycopy(more, 0, labels, count, length);
            } else {
                Arrays.fill(labels, count, count + length, Sample.IGNORED);
            }
            count += length;
        }

        /** Puts a turn after, or in front of, what is there. */
        void put(Tokens turn, boolean inFront) {
            int at = inFront ? 0 : count;
            if (inFront) {
                System.arraycopy(ids, 0, ids, turn.count, count);
                System.arraycopy(labels, 0, labels, turn.count, count);
            }
            System.arraycopy(turn.ids, 0, ids, at, turn.count);
            System.arraycopy(turn.labels, 0, labels, at, turn.count);
            count += turn.count;
        }

        Encoded kept(int full) {
            return new Encoded.Kept(Arrays.copyOf(ids, count), Arrays.copyOf(labels, count), full - count);
        }
    }
}
