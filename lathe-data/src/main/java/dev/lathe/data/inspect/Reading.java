package dev.lathe.data.inspect;

import dev.lathe.text.ChatEncoder;
import dev.lathe.text.SpecialToken;
import dev.lathe.text.Template;
import dev.lathe.text.Tokenizer;
import java.util.BitSet;
import java.util.Optional;
import java.util.Set;

/**
 * How tokens are read back.
 *
 * @param stops ids that end an answer
 * @param thought what opens and closes a thought
 * @param known ids below it were looked at for braces
 * @param braces those of them whose tokens have an opening brace in them
 */
record Reading(Tokenizer tokenizer, Set<Integer> stops, Template.Words thought, int known, BitSet braces) {
    /** An answer of more tokens than that is not empty; shorter ones are decoded to see. */
    private static final int SHORT = 16;

    /** An end-of-turn token may be followed by a line feed or two that belong to the template. */
    private static final int TAIL = 4;

    /** As SentencePiece writes a byte that is no token of its own. */
    private static final String BRACE_AS_BYTE = "<0x7B>";

    static Reading of(ChatEncoder encoder) {
        Tokenizer tokenizer = encoder.tokenizer();
        int known = tokenizer.size(); // where ids have gaps, some lie beyond
        BitSet braces = new BitSet();
        for (int id = 0; id < known; id++) {
            String token = tokenizer.tokenOf(id);
            braces.set(id, token.contains("{") || token.equals(BRACE_AS_BYTE));
        }
        return new Reading(tokenizer, encoder.stopIds(), encoder.template().thoughtWords(), known, braces);
    }

    /** Whether there may be an opening brace in their text: quicker than reading it. */
    boolean mayHaveBraces(int[] ids) {
        for (int id : ids) {
            if (id >= known || braces.get(id)) {
                return true;
            }
        }
        return false;
    }

    boolean isEmpty(int[] answer) {
        if (answer.length > SHORT) {
            return false;
        }
        String text = tokenizer.decode(answer, true);
        return text.replace(thought.open().strip(), "")
                .replace(thought.close().strip(), "")
                .isBlank();
    }

    String text(int[] ids) {
        return tokenizer.decode(ids, true);
    }

    boolean ends(int[] answer) {
        for (int i = Math.max(0, answer.length - TAIL); i < answer.length; i++) {
            if (stops.contains(answer[i])) {
                return true;
            }
        }
        return false;
    }

    /** Whether an end token stands where more than the template's own tail follows it. */
    boolean endsEarly(int[] answer) {
        for (int i = 0; i < answer.length - TAIL; i++) {
            if (stops.contains(answer[i])) {
                return true;
            }
        }
        return false;
    }

    boolean beginsTwice(int[] ids) {
        Optional<SpecialToken> bos = tokenizer.bos();
        return bos.isPresent()
                && ids.length > 1
                && ids[0] == bos.get().id()
                && ids[1] == bos.get().id();
    }

    long unknown(int[] ids) {
        if (tokenizer.unk().isEmpty()) {
            return 0;
        }
        int unk = tokenizer.unk().get().id();
        // Byte-level tokenizers name their end-of-text token here too, and never need it.
        if (stops.contains(unk)
                || tokenizer.bos().filter(bos -> bos.id() == unk).isPresent()) {
            return 0;
        }
        long count = 0;
        for (int id : ids) {
            count += id == unk ? 1 : 0;
        }
        return count;
    }
}
