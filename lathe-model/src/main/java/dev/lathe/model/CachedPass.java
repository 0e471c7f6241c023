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
    public Tensor attend(int layer, Attention attention, Tensor q, Tensor k, Tensor v) {
        Tensor turnedQ = rope.apply(tape, q, attention.headDim());
        Tensor turnedK = rope.apply(tape, k, attention.headDim());
        Tensor keys = cache.keys(layer).put(cache.length(), turnedK); // [all tokens, keyHeads · headDim]
        Tensor values = cache.values(layer).put(cache.length(), v);
        return attention.extend(turnedQ, keys, values);
    }

    @Override
    public Optional<Noise> noise() {
        return Optional.empty();
    }
}
