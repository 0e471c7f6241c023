package dev.lathe.model;

import dev.lathe.tensor.Tensor;

/** What a block adds to its input: attention, or an MLP. */
interface Sublayer {
    /** x, result: [tokens, hidden]. */
    Tensor apply(Pass pass, Tensor x);

    /** Whether anything in it is trained. */
    boolean isTrained();
}
