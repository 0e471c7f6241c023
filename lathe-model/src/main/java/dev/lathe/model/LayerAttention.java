package dev.lathe.model;

import dev.lathe.tensor.Attention;
import dev.lathe.tensor.AttentionVariant;
import dev.lathe.tensor.Operand;
import dev.lathe.tensor.Rope;
import dev.lathe.tensor.Segments;
import dev.lathe.tensor.Tape;
import dev.lathe.tensor.Tensor;
import java.util.Arrays;
import java.util.Optional;

/**
 * How the tokens of one layer look at each other: by the fast {@link Attention} wherever it can, which includes windows
 * that are longer than the text.
 */
final class LayerAttention {
    private final Attention plain;
    private final AttentionVariant variant;
    private final Optional<Operand> sinks;

    /** @param room free columns behind the rows of what comes out: see {@link Attention} */
    LayerAttention(DecoderSpec spec, int layer, Optional<Operand> sinks, long room) {
        AttentionSpec attention = spec.attention();
        int width = attention.headDim();
        this.plain = new Attention(attention.heads(), attention.keyHeads(), width, attention.scale(), room);
        this.variant = new AttentionVariant(
                attention.heads(),
                attention.keyHeads(),
                width,
                spec.latent().map(LatentSpec::valueDim).orElse(width),
                attention.scale(),
                attention.windows().get(layer),
                attention.cap(),
                attention.slopes());
        this.sinks = sinks;
    }

    boolean isTrained() {
        return sinks.map(Operand::isTrained).orElse(false);
    }

    /** Segments as they stand, recorded. Rotates qkv in place. */
    Tensor whole(Tape tape, Tensor qkv, Rope rope, Segments segments) {
        int longest = Arrays.stream(segments.lengths()).max().orElse(0);
        return isPlain(longest)
                ? plain.apply(tape, qkv, rope, segments)
                : variant.apply(tape, qkv, rope, segments, sinks);
    }

    /** New tokens of a text whose keys and values a cache holds. Rotates qkv in place. */
    Tensor extend(Tensor qkv, Rope rope, KvCache cache, int layer) {
        rope.turn(variant.turned(qkv), variant.keyDim());
        Attention.Parts parts = variant.parts(qkv);
        Tensor keys = cache.keys(layer).put(cache.length(), parts.k()); // [all tokens, keyHeads · headDim]
        Tensor values = cache.values(layer).put(cache.length(), parts.v());
        return isPlain((int) keys.size(0))
                ? plain.extend(parts.q(), keys, values)
                : variant.extend(parts.q(), keys, values, sinks);
    }

    private boolean isPlain(int tokens) {
        return (variant.window() == 0 || tokens <= variant.window())
                && variant.cap() == 0
                && variant.slopes().length == 0
                && variant.valueDim() == variant.keyDim()
                && sinks.isEmpty();
    }
}
