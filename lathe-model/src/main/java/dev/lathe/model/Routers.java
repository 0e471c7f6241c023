package dev.lathe.model;

import dev.lathe.tensor.Tensor;

/**
 * Hears what the routers of a mixture of experts decide, block by block: the side output of a pass. A block that runs
 * again for its gradient says the same again.
 */
public interface Routers {
    /**
     * @param logits [tokens, experts], valid during the call
     * @param chosen the experts of token t at {@code t · active} and following; not to be changed
     */
    void routed(int layer, Tensor logits, int[] chosen);

    /** How many of the pass's first tokens count; those after them only fill up. */
    int counted();

    /**
     * What the loss adds for each unit of an expert's probability, [experts]: asked for in the backward pass, when all
     * layers were heard. Empty when nothing.
     */
    float[] pull();
}
