package dev.lathe.model;

import dev.lathe.tensor.Noise;
import dev.lathe.tensor.Tape;
import dev.lathe.tensor.Tensor;
import java.util.List;
import java.util.Optional;

/**
 * Tokens that follow those of caches, which take up their keys (rotated) and values: generation.
 *
 * @param positions of the new tokens
 * @param texts whose new tokens stand one after the other
 */
record CachedPass(Tape tape, Positions positions, List<Text> texts) implements Pass {
    /**
     * A text that goes on.
     *
     * @param rows new tokens of it
     */
    record Text(KvCache cache, int rows) {}

    @Override
    public Tensor attend(int layer, LayerAttention attention, Tensor qkv) {
        return attention.extend(qkv, positions.rope(layer), texts, layer);
    }

    @Override
    public Optional<Noise> noise() {
        return Optional.empty();
    }
}
