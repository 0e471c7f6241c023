package dev.lathe.text.jinja;

/**
 * What one rendering may cost: steps (a node evaluated, an element made, sixteen characters copied or compared), depth
 * and the length of any text. Counted and not timed, so that a template either renders everywhere or nowhere.
 */
final class Budget {
    private static final long MOST_STEPS = 10_000_000;
    private static final int CHARACTERS_A_STEP = 16;
    private static final int DEEPEST = 250;
    private static final int LONGEST_TEXT = 16 << 20;

    private long left = MOST_STEPS;
    private int depth;

    void step() {
        steps(1);
    }

    void steps(long steps) {
        left -= steps;
        if (left < 0) {
            throw new Failure("it takes more than the %d steps that a chat template may".formatted(MOST_STEPS));
        }
    }

    /** A text of so many characters is about to be made. Returns their number. */
    int text(long characters) {
        return grow(0, characters);
    }

    /** A text is about to grow by so many characters. Returns its new length. */
    int grow(long from, long by) {
        if (from + by > LONGEST_TEXT) {
            throw new Failure(
                    "it makes a text of more than the %d characters that a chat template may".formatted(LONGEST_TEXT));
        }
        steps(1 + by / CHARACTERS_A_STEP);
        return (int) (from + by);
    }

    /** So many characters are looked at. */
    void read(long characters) {
        steps(characters / CHARACTERS_A_STEP);
    }

    /** A key is hashed and compared. */
    void key(Value key) {
        if (key instanceof Value.Str text) {
            read(text.text().length());
        }
    }

    /** A number of so many bits, or digits, is computed or written: that takes as long as their square. */
    void number(long bits) {
        steps(bits * bits >> 14);
    }

    /** A list of so many values is about to be made. Returns their number. */
    int list(long values) {
        steps(1 + 4 * Math.min(values, MOST_STEPS)); // some hundred bytes an element
        return (int) values;
    }

    void enter() {
        steps(1);
        if (++depth > DEEPEST) {
            throw new Failure("it nests deeper than the %d levels that a chat template may".formatted(DEEPEST));
        }
    }

    void leave() {
        depth--;
    }
}
