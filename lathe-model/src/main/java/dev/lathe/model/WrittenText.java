package dev.lathe.model;

import java.util.Arrays;
import java.util.BitSet;

/** A prompt and what is written behind it. */
final class WrittenText {
    private final int promptLength;
    private final BitSet seen = new BitSet();
    private int[] ids;
    private int length;

    WrittenText(int[] prompt) {
        this.promptLength = prompt.length;
        this.ids = prompt.clone();
        this.length = prompt.length;
        Arrays.stream(prompt).forEach(seen::set);
    }

    void append(int id) {
        ids = length == ids.length ? Arrays.copyOf(ids, 2 * length) : ids;
        ids[length++] = id;
        seen.set(id);
    }

    /** The first {@link #length} of these are the text. */
    int[] ids() {
        return ids;
    }

    int length() {
        return length;
    }

    /** Every id that is in it. */
    BitSet seen() {
        return seen;
    }

    int[] answer() {
        return Arrays.copyOfRange(ids, promptLength, length);
    }
}
