package dev.lathe.model;

import dev.lathe.tensor.Scope;
import dev.lathe.tensor.Tape;
import dev.lathe.tensor.Tensor;
import dev.lathe.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * A model that remembers what it has read of some texts. Its law: the logits are those of reading each text anew, whatever
 * the caches held before and whatever other texts there are.
 *
 * <p>Where the rope depends on the length of the text, a step to other frequencies empties the cache: from the second
 * layer on its keys and values come from tokens that looked at each other under the old ones, so rotating keys anew would
 * not do (docs/adr/0003). LongRoPE steps once in a text; dynamic scaling steps with every token beyond the trained
 * length, each of which then costs a reading.
 */
final class CachedDecoder {
    /** Texts whose next token is computed at once, which bounds the logits that are held. */
    private static final int MOST_ROWS = 32;

    private final Decoder decoder;
    private final int chunk;
    private final Optional<RowDecoder> rowwise;

    /**
     * @param chunk tokens read at a time, which bounds the memory that reading takes
     * @param texts that there will be at a time, at most
     */
    CachedDecoder(Decoder decoder, int chunk, int texts) {
        this(decoder, chunk, decoder.rowwise(Math.clamp(texts, 1, MOST_ROWS)));
    }

    /** @param rowwise the step for single tokens; empty for the decoder's own operations */
    CachedDecoder(Decoder decoder, int chunk, Optional<RowDecoder> rowwise) {
        this.decoder = decoder;
        this.chunk = chunk;
        this.rowwise = rowwise;
    }

    /**
     * A text to be read.
     *
     * @param ids of which the first {@code length} are the text; at least one
     * @param cache of this text alone
     */
    @SuppressWarnings("ArrayRecordComponent") // made for one reading, never compared
    record Text(int[] ids, int length, KvCache cache) {
        int missing() {
            return length - cache.length();
        }
    }

    /** Tokens of text number {@code text} that are read next. */
    private record Turn(int text, int rows) {}

    /**
     * Reads what the caches lack of the texts, of each at least the last token.
     *
     * @return of each text the logits of the token that follows, [vocabulary]; empty if interrupted
     */
    Optional<List<float[]>> logitsAfter(List<Text> texts, BooleanSupplier interrupted) {
        texts.forEach(text -> text.cache().truncate(known(text)));
        List<Optional<float[]>> logits = new ArrayList<>();
        texts.forEach(text -> logits.add(Optional.empty()));
        while (logits.stream().anyMatch(Optional::isEmpty)) {
            if (interrupted.getAsBoolean()) {
                return Optional.empty();
            }
            read(texts, next(texts), logits);
        }
        return Optional.of(logits.stream().flatMap(Optional::stream).toList());
    }

    /** How many tokens at the start of the text need not be read. */
    int known(Text text) {
        KvCache cache = text.cache();
        boolean alike = decoder.spec().rope().rotatesAlike(cache.rotatedFor(), text.length());
        return alike ? Math.min(cache.shared(text.ids(), text.length()), text.length() - 1) : 0;
    }

    /** Beginnings of texts first, as many as fit; then texts that go on with more than a token; at last single tokens. */
    private List<Turn> next(List<Text> texts) {
        List<Turn> turns = new ArrayList<>();
        int room = chunk;
        for (int i = 0; i < texts.size(); i++) {
            int missing = texts.get(i).missing();
            boolean begins = missing > 1 && texts.get(i).cache().length() == 0;
            if (begins && (turns.isEmpty() || missing <= room)) {
                turns.add(new Turn(i, Math.min(missing, chunk)));
                room -= missing;
            }
        }
        for (int i = 0; i < texts.size() && turns.isEmpty(); i++) {
            if (texts.get(i).missing() > 1) {
                turns.add(new Turn(i, Math.min(texts.get(i).missing(), chunk)));
            }
        }
        if (turns.isEmpty()) {
            for (int i = 0; i < texts.size() && turns.size() < MOST_ROWS; i++) {
                if (texts.get(i).missing() == 1) {
                    turns.add(new Turn(i, 1));
                }
            }
        }
        return turns;
    }

    private void read(List<Text> texts, List<Turn> turns, List<Optional<float[]>> logits) {
        Rows rows = Rows.of(texts, turns);
        if (turns.stream()
                        .allMatch(turn ->
                                turn.rows() == 1 && texts.get(turn.text()).missing() == 1)
                && rowwise.map(step -> step.most() >= turns.size()).orElse(false)) {
            step(rowwise.orElseThrow(), rows, texts, turns, logits);
            return;
        }
        try (Scope scope = Scope.open()) {
            Positions positions = decoder.spec().rope().at(rows.positions(), rows.lengths());
            Tensor hidden = decoder.hidden(
                    new CachedPass(Tape.off(), positions, cached(texts, turns)),
                    Tensors.indices(rows.ids())); // [rows, hidden]
            advance(texts, turns);
            List<Turn> ended = turns.stream()
                    .filter(turn -> texts.get(turn.text()).missing() == 0)
                    .toList();
            if (!ended.isEmpty()) {
                Tensor last = hidden.select(0, Tensors.indices(rows.last(turns, ended)));
                put(ended, decoder.logits(last).toFloats(), logits);
            }
        }
    }

    private static void step(
            RowDecoder step, Rows rows, List<Text> texts, List<Turn> turns, List<Optional<float[]>> logits) {
        List<float[]> next = step.step(rows.ids(), rows.positions(), rows.lengths(), cached(texts, turns));
        advance(texts, turns);
        for (int i = 0; i < turns.size(); i++) {
            logits.set(turns.get(i).text(), Optional.of(next.get(i)));
        }
    }

    private static List<CachedPass.Text> cached(List<Text> texts, List<Turn> turns) {
        return turns.stream()
                .map(turn -> new CachedPass.Text(texts.get(turn.text()).cache(), turn.rows()))
                .toList();
    }

    private static void advance(List<Text> texts, List<Turn> turns) {
        for (Turn turn : turns) {
            Text text = texts.get(turn.text());
            int from = text.cache().length();
            text.cache().advance(Arrays.copyOfRange(text.ids(), from, from + turn.rows()), text.length());
        }
    }

    private void put(List<Turn> ended, float[] rows, List<Optional<float[]>> logits) {
        int vocabulary = decoder.spec().vocabulary();
        for (int i = 0; i < ended.size(); i++) {
            float[] row = ended.size() == 1 ? rows : Arrays.copyOfRange(rows, i * vocabulary, (i + 1) * vocabulary);
            logits.set(ended.get(i).text(), Optional.of(row));
        }
    }

    /**
     * The rows of a pass.
     *
     * @param lengths of each row's text
     */
    @SuppressWarnings("ArrayRecordComponent") // made for one pass, never compared
    private record Rows(int[] ids, int[] positions, int[] lengths) {
        static Rows of(List<Text> texts, List<Turn> turns) {
            int count = turns.stream().mapToInt(Turn::rows).sum();
            Rows rows = new Rows(new int[count], new int[count], new int[count]);
            int at = 0;
            for (Turn turn : turns) {
                Text text = texts.get(turn.text());
                for (int i = 0; i < turn.rows(); i++, at++) {
                    rows.positions[at] = text.cache().length() + i;
                    rows.ids[at] = text.ids()[rows.positions[at]];
                    rows.lengths[at] = text.length();
                }
            }
            return rows;
        }

        /** The last row of each turn that is among {@code ended}. */
        int[] last(List<Turn> turns, List<Turn> ended) {
            int[] last = new int[ended.size()];
            int end = 0;
            int found = 0;
            for (Turn turn : turns) {
                end += turn.rows();
                if (ended.contains(turn)) {
                    last[found++] = end - 1;
                }
            }
            return last;
        }
    }
}
