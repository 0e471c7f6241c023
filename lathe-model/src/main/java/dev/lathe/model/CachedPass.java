package dev.lathe.model;

import dev.lathe.tensor.Noise;
import dev.lathe.tensor.Tape;
import dev.lathe.tensor.Tensor;
import java.util.Optional;

/**
 * Tokens that follow those of a cache, which takes up their keys (rotated) and values: generation.
 *
 * @param positions of the new tokens
 */
record CachedPass(Tape tape, Positions positions, KvCache cache) implements Pass {
    @Override
    public Tensor attend(int layer, LayerAttention attention, Tensor qkv) {
        return attention.extend(qkv, positions.rope(layer), cache, layer);
    }

    @Override
    public Optional<Noise> noise() {
        return Optional.empty();
    }
}
