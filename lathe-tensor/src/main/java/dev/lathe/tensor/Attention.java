package dev.lathe.tensor;

import java.util.Optional;

/**
 * Causal attention with grouped key heads (Ainslie et al. 2023, arXiv:2305.13245), segment by segment, so that packed
 * samples cost what they would cost alone. Queries go in chunks, keys are cut at the causal edge, the softmax is in
 * float32; the backward pass recomputes the probabilities from one logsumexp a query (Dao et al. 2022,
 * arXiv:2205.14135), so memory grows with the length and not with its square.
 *
 * @param scale what q·k is multiplied by, usually headDim^-½
 * @param room free columns behind the result's rows, for the layer that reads it: see {@link Tensors#withRoom}
 */
public record Attention(int heads, int keyHeads, int headDim, double scale, long room) {
    public Attention(int heads, int keyHeads, int headDim, double scale) {
        this(heads, keyHeads, headDim, scale, 0);
    }

    /**
     * Rotates queries and keys where they stand, then lets the tokens of each segment look at each other.
     *
     * @param qkv [tokens, (heads + 2 · keyHeads) · headDim]: queries, keys and values side by side; changed by the rotation
     * @return [tokens, heads · headDim]
     */
    public Tensor apply(Tape tape, Tensor qkv, Rope rope, Segments segments) {
        rope.turn(turned(qkv), headDim);
        Tensor out = Tensors.withRoom(qkv.dtype(), qkv.size(0), (long) heads * headDim, room);
        Tensor logSum = Tensors.empty(qkv.dtype().wide(), keyHeads, heads / keyHeads, qkv.size(0));
        Optional<HeadAttention> byHead =
                Torch.serialKernels(qkv.dtype()).map(kernels -> new HeadAttention(this, kernels));
        BatchedAttention batched = new BatchedAttention(this);
        byHead.ifPresentOrElse(
                heads -> heads.forward(qkv, segments, out, logSum), () -> batched.forward(qkv, segments, out, logSum));
        if (tape.needs(qkv)) {
            tape.record(out, dOut -> {
                Tensor gradient = Tensors.empty(qkv.dtype(), qkv.shape());
                byHead.ifPresentOrElse(
                        heads -> heads.backward(qkv, segments, out, logSum, dOut, gradient),
                        () -> batched.backward(qkv, segments, out, logSum, dOut, gradient));
                rope.turnBack(turned(gradient), headDim);
                tape.add(qkv, gradient);
            });
        }
        return out;
    }

    /** The columns of queries, keys and values, sharing memory. */
    public Parts parts(Tensor qkv) {
        long queries = (long) heads * headDim;
        long keys = (long) keyHeads * headDim;
        return new Parts(qkv.narrow(1, 0, queries), qkv.narrow(1, queries, keys), qkv.narrow(1, queries + keys, keys));
    }

    /** The columns that are rotated: queries and keys. */
    public Tensor turned(Tensor qkv) {
        return qkv.narrow(1, 0, (long) (heads + keyHeads) * headDim);
    }

    /** q: [tokens, heads · headDim]; k, v: [tokens, keyHeads · headDim]. */
    public record Parts(Tensor q, Tensor k, Tensor v) {}

    /**
     * For generation: the queries belong to the last tokens of the keys.
     *
     * @param q [new tokens, heads · headDim]
     * @param k [all tokens, keyHeads · headDim]; v the same
     * @return [new tokens, heads · headDim]
     */
    public Tensor extend(Tensor q, Tensor k, Tensor v) {
        return new BatchedAttention(this).extend(q, k, v);
    }
}
