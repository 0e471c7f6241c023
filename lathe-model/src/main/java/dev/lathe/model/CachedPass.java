package dev.lathe.model;

import dev.lathe.tensor.Attention;
import dev.lathe.tensor.Noise;
import dev.lathe.tensor.Rope;
import dev.lathe.tensor.Tape;
import dev.lathe.tensor.Tensor;
import java.util.Optional;

/**
 * Tokens that follow those of a cache, which takes up their keys (rotated) and values: generation.
 *
 * @param rope tables for the new tokens
 */
record CachedPass(Tape tape, Rope rope, KvCache cache) implements Pass {
    @Override
    public Tensor attend(int layer, Attention attention, Tensor qkv) {
        rope.turn(attention.turned(qkv), attention.headDim());
        Attention.Parts parts = attention.parts(qkv);
        Tensor keys = cache.keys(layer).put(cache.length(), parts.k()); // [all tokens, keyHeads · headDim]
        Tensor values = cache.values(layer).put(cache.length(), parts.v());
        return attention.extend(parts.q(), keys, values);
    }

    @Override
    public Optional<Noise> noise() {
        return Optional.empty();
    }
}
