package dev.lathe.model;

import dev.lathe.tensor.Attention;
import dev.lathe.tensor.Noise;
import dev.lathe.tensor.Tape;
import dev.lathe.tensor.Tensor;
import java.util.Optional;

/** One run of tokens through the model: what is recorded, what sees what, and where randomness comes from. */
public interface Pass {
    Tape tape();

    /**
     * Rotates queries and keys, where they stand, and lets the tokens look at each other.
     *
     * @param layer index of the block
     * @param qkv [tokens, (heads + 2 · keyHeads) · headDim]: queries, keys and values side by side
     * @return [tokens, heads · headDim]
     */
    Tensor attend(int layer, Attention attention, Tensor qkv);

    /** Empty when nothing is dropped: in evaluation and generation. */
    Optional<Noise> noise();
}
