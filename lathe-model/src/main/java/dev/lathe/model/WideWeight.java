package dev.lathe.model;

import dev.lathe.tensor.LowRank;
import dev.lathe.tensor.Tensor;

/**
 * A frozen matrix W with a few columns of others behind its own, so that a low-rank product is part of the same
 * multiplication: [x | low] [W | B]ᵀ = x Wᵀ + low Bᵀ.
 */
public interface WideWeight {
    /** Rows and columns are multiples of this: products of other widths take a quarter longer. */
    long STEP = 32;

    /** How many columns make room for {@code wanted} ones behind {@code in}. */
    static long room(long in, long wanted) {
        return Math.ceilDiv(in + wanted, STEP) * STEP - in;
    }

    /** B, [out, room]: zeros until somebody writes them. */
    Tensor room();

    /** wide: [tokens, in + room]; result: [tokens, out]. */
    Tensor times(Tensor wide);

    /** dy W. dy: [tokens, out]; result: [tokens, in]. */
    Tensor timesTransposed(Tensor dy);

    /**
     * What goes back through {@link #times}, to an adapter's own factors too.
     *
     * @param own whose B is {@link #room}
     * @param dy [tokens, out]
     * @param wide [tokens, in + room]: x and low
     */
    LowRank.Whole gradients(LowRank own, Tensor dy, Tensor wide);
}
