package dev.lathe.data;

/**
 * Where the ids of a stored row are divided, and what else its stage has to know of it.
 *
 * @param first where the first part ends: the question of a pair, of a judged answer, of a bare prompt
 * @param second pairs: where the chosen answer ends. Judged answers: how many tokens of the question an answer takes away
 *     that says itself what it thinks
 * @param good judged answers: whether it is one to be learnt
 * @param whole tokens that the question has with its longest answer, uncut
 */
record Marks(int first, int second, boolean good, int whole) {
    static final Marks NONE = new Marks(0, 0, false, 0);

    /** Whether they fit a row of so many tokens. */
    boolean inside(int tokens) {
        return 0 <= first && first <= tokens && 0 <= second && second <= tokens;
    }
}
