package dev.lathe.model;

import dev.lathe.tensor.Noise;
import dev.lathe.tensor.Tape;
import dev.lathe.tensor.Tensor;
import java.util.Optional;

/** One run of tokens through the model: what is recorded, what sees what, and where randomness comes from. */
public interface Pass {
    Tape tape();

    Positions positions();

    /**
     * Rotates queries and keys, where they stand, and lets the tokens look at each other.
     *
     * @param layer index of the block
     * @param qkv [tokens, columns]: queries, keys and values side by side
     * @return [tokens, heads · valueDim]
     */
    Tensor attend(int layer, LayerAttention attention, Tensor qkv);

    /** Empty when nothing is dropped: in evaluation and generation. */
    Optional<Noise> noise();

    /** Who hears what routers decide; empty when nobody does. */
    default Optional<Routers> routers() {
        return Optional.empty();
    }
}
