package dev.lathe.model;

import dev.lathe.tensor.Attention;
import dev.lathe.tensor.AttentionVariant;
import dev.lathe.tensor.Matrices;
import dev.lathe.tensor.Operand;
import dev.lathe.tensor.Rope;
import dev.lathe.tensor.RowAttention;
import dev.lathe.tensor.Segments;
import dev.lathe.tensor.Tape;
import dev.lathe.tensor.Tensor;
import dev.lathe.tensor.Tensors;
import dev.lathe.tensor.kernel.Matrix;
import dev.lathe.tensor.kernel.RowAttentionKernel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
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

    /** New tokens of texts whose keys and values caches hold. Rotates qkv in place. */
    Tensor extend(Tensor qkv, Rope rope, List<CachedPass.Text> texts, int layer) {
        if (texts.stream().allMatch(text -> text.cache().length() == 0)) {
            Tensor out = whole(
                    Tape.off(),
                    qkv,
                    rope,
                    new Segments(texts.stream().mapToInt(CachedPass.Text::rows).toArray()));
            forEach(texts, variant.parts(qkv), (text, parts, from) -> put(parts, text.cache(), layer));
            return out;
        }
        rope.turn(variant.turned(qkv), variant.keyDim());
        Attention.Parts parts = variant.parts(qkv);
        if (texts.stream().allMatch(text -> text.rows() == 1) && RowAttention.serves(qkv.dtype())) {
            Matrix keys = Matrices.of(parts.k());
            Matrix values = Matrices.of(parts.v());
            return new RowAttention(heads())
                    .apply(parts.q(), looks(texts, keys, values, layer))
                    .orElseThrow();
        }
        Tensor out = Tensors.empty(qkv.dtype(), qkv.size(0), (long) variant.heads() * variant.valueDim());
        forEach(texts, parts, (text, own, from) -> {
            Attention.Parts all = keep(own, text.cache(), layer);
            out.narrow(0, from, text.rows())
                    .copyFrom(
                            isPlain((int) all.k().size(0))
                                    ? plain.extend(all.q(), all.k(), all.v())
                                    : variant.extend(all.q(), all.k(), all.v(), sinks));
        });
        return out;
    }

    /** Writes a key and a value for each text, and says where it stands with them. */
    List<RowAttentionKernel.Text> looks(List<CachedPass.Text> texts, Matrix keys, Matrix values, int layer) {
        List<RowAttentionKernel.Text> looks = new ArrayList<>();
        for (int row = 0; row < texts.size(); row++) {
            KvCache cache = texts.get(row).cache();
            looks.add(new RowAttentionKernel.Text(
                    cache.keys(layer).put(cache.length(), keys, row),
                    cache.values(layer).put(cache.length(), values, row),
                    cache.length() + 1));
        }
        return looks;
    }

    /** As the kernel for single rows wants to know it. */
    RowAttentionKernel.Heads heads() {
        float[] slopes = new float[variant.slopes().length];
        for (int i = 0; i < slopes.length; i++) {
            slopes[i] = (float) variant.slopes()[i];
        }
        return new RowAttentionKernel.Heads(
                variant.heads(),
                variant.keyHeads(),
                variant.keyDim(),
                variant.valueDim(),
                (float) variant.scale(),
                variant.window(),
                (float) variant.cap(),
                slopes,
                sinks.map(operand -> operand.value().toFloats()).orElseGet(() -> new float[0]));
    }

    @FunctionalInterface
    private interface TextStep {
        void run(CachedPass.Text text, Attention.Parts parts, long from);
    }

    private static void forEach(List<CachedPass.Text> texts, Attention.Parts parts, TextStep step) {
        long from = 0;
        for (CachedPass.Text text : texts) {
            long rows = text.rows();
            step.run(
                    text,
                    new Attention.Parts(
                            parts.q().narrow(0, from, rows),
                            parts.k().narrow(0, from, rows),
                            parts.v().narrow(0, from, rows)),
                    from);
            from += rows;
        }
    }

    private static void put(Attention.Parts parts, KvCache cache, int layer) {
        cache.keys(layer).put(cache.length(), parts.k());
        cache.values(layer).put(cache.length(), parts.v());
    }

    /** Puts new keys and values into the cache; the result has all that it holds then. */
    private static Attention.Parts keep(Attention.Parts parts, KvCache cache, int layer) {
        put(parts, cache, layer);
        int tokens = cache.length() + (int) parts.k().size(0);
        return new Attention.Parts(
                parts.q(), cache.keys(layer).first(tokens), cache.values(layer).first(tokens));
    }

    private boolean isPlain(int tokens) {
        return (variant.window() == 0 || tokens <= variant.window())
                && variant.cap() == 0
                && variant.slopes().length == 0
                && variant.valueDim() == variant.keyDim()
                && sinks.isEmpty();
    }
}
