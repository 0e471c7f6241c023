package dev.lathe.tensor;

import java.util.List;

/**
 * Causal attention with grouped key heads (Ainslie et al. 2023, arXiv:2305.13245), segment by segment, so that packed
 * samples cost what they would cost alone. Queries go in chunks, keys are cut at the causal edge, the softmax is in
 * float32; the backward pass recomputes the probabilities from one logsumexp a query (Dao et al. 2022,
 * arXiv:2205.14135), so memory grows with the length and not with its square.
 *
 * @param scale what q·k is multiplied by, usually headDim^-½
 */
public record Attention(int heads, int keyHeads, int headDim, double scale) {
    private static final int QUERY_CHUNK = 256;

    /** q, result: [tokens, heads · headDim]; k, v: [tokens, keyHeads · headDim]. */
    public Tensor apply(Tape tape, Tensor q, Tensor k, Tensor v, Segments segments) {
        Tensor out = Tensors.empty(q.dtype(), q.shape());
        Tensor logSum = Tensors.empty(q.dtype().wide(), keyHeads, group(), q.size(0));
        forEachChunk(segments, chunk -> forward(chunk, q, k, v, out, logSum));
        if (tape.needs(q) || tape.needs(k) || tape.needs(v)) {
            tape.record(out, dOut -> {
                Tensor dq = Tensors.empty(q.dtype(), q.shape());
                Tensor dk = Tensors.zeros(k.dtype().wide(), k.shape());
                Tensor dv = Tensors.zeros(v.dtype().wide(), v.shape());
                Tensor dotted =
                        headsOf(dOut.times(out).to(q.dtype().wide()), heads).sum(2, false); // [tokens, heads]
                forEachChunk(
                        segments,
                        chunk -> backward(chunk, new Kept(q, k, v, logSum, dotted), dOut, List.of(dq, dk, dv)));
                tape.add(q, dq);
                tape.add(k, dk.to(k.dtype()));
                tape.add(v, dv.to(v.dtype()));
            });
        }
        return out;
    }

    /**
     * For generation: the queries belong to the last tokens of the keys.
     *
     * @param q [new tokens, heads · headDim]
     * @param k [all tokens, keyHeads · headDim]; v the same
     * @return [new tokens, heads · headDim]
     */
    public Tensor extend(Tensor q, Tensor k, Tensor v) {
        Tensor out = Tensors.empty(q.dtype(), q.shape());
        Tensor logSum = Tensors.empty(q.dtype().wide(), keyHeads, group(), q.size(0));
        long known = k.size(0) - q.size(0);
        for (long row = 0; row < q.size(0); row += QUERY_CHUNK) {
            long rows = Math.min(QUERY_CHUNK, q.size(0) - row);
            try (Scope scope = Scope.open()) {
                forward(new Chunk(row, rows, 0, known + row + rows), q, k, v, out, logSum);
            }
        }
        return out;
    }

    /** Queries {@code first} to {@code first + rows} see the keys {@code start} to {@code start + keys}. */
    private record Chunk(long first, long rows, long start, long keys) {}

    private record Kept(Tensor q, Tensor k, Tensor v, Tensor logSum, Tensor dotted) {}

    @FunctionalInterface
    private interface ChunkStep {
        void run(Chunk chunk);
    }

    private static void forEachChunk(Segments segments, ChunkStep step) {
        long start = 0;
        for (int length : segments.lengths()) {
            for (long row = 0; row < length; row += QUERY_CHUNK) {
                try (Scope scope = Scope.open()) {
                    long rows = Math.min(QUERY_CHUNK, length - row);
                    step.run(new Chunk(start + row, rows, start, row + rows));
                }
            }
            start += length;
        }
    }

    private void forward(Chunk chunk, Tensor q, Tensor k, Tensor v, Tensor out, Tensor logSum) {
        Tensor scores =
                scores(chunk, grouped(q, chunk).times(scale), keysOf(k, chunk)); // [keyHeads, group · rows, keys]
        Tensor lse = scores.logSumExp(2, true);
        logSum.narrow(2, chunk.first(), chunk.rows()).copyFrom(lse.reshape(keyHeads, group(), chunk.rows()));
        Tensor p = scores.subtractInPlace(lse).expInPlace().to(q.dtype());
        Tensor rows = p.matmul(keysOf(v, chunk)); // [keyHeads, group · rows, headDim]
        out.narrow(0, chunk.first(), chunk.rows()).copyFrom(ungrouped(rows, chunk));
    }

    private void backward(Chunk chunk, Kept kept, Tensor dOut, List<Tensor> gradients) {
        Tensor q = grouped(kept.q(), chunk).times(scale);
        Tensor k = keysOf(kept.k(), chunk); // [keyHeads, keys, headDim]
        Tensor v = keysOf(kept.v(), chunk);
        Tensor lse = kept.logSum()
                .narrow(2, chunk.first(), chunk.rows())
                .reshape(keyHeads, (long) group() * chunk.rows(), 1);
        Tensor p = scores(chunk, q, k).subtractInPlace(lse).expInPlace(); // wide
        Tensor dRows = grouped(dOut, chunk);
        Tensor dotted = kept.dotted()
                .narrow(0, chunk.first(), chunk.rows())
                .transpose(0, 1)
                .reshape(keyHeads, (long) group() * chunk.rows(), 1);
        addKeys(gradients.get(2), p.to(q.dtype()).transpose(1, 2).matmul(dRows), chunk);
        Tensor dScores = dRows.matmul(v.transpose(1, 2)).to(p.dtype());
        dScores = dScores.subtractInPlace(dotted).multiplyInPlace(p).to(q.dtype());
        Tensor dq = dScores.matmul(k).multiplyInPlace(scale);
        gradients.get(0).narrow(0, chunk.first(), chunk.rows()).copyFrom(ungrouped(dq, chunk));
        addKeys(gradients.get(1), dScores.transpose(1, 2).matmul(q), chunk);
    }

    /** q·k in the wide type, −∞ beyond the diagonal. */
    private Tensor scores(Chunk chunk, Tensor q, Tensor k) {
        Tensor scores = q.matmul(k.transpose(1, 2)).to(q.dtype().wide());
        if (chunk.rows() > 1) {
            Tensor mask = Tensors.causalMask(scores.dtype(), chunk.rows(), chunk.rows(), 0);
            scores.reshape(keyHeads, group(), chunk.rows(), chunk.keys())
                    .narrow(3, chunk.keys() - chunk.rows(), chunk.rows())
                    .addInPlace(mask);
        }
        return scores;
    }

    private int group() {
        return heads / keyHeads;
    }

    private Tensor headsOf(Tensor x, int count) {
        return x.reshape(x.size(0), count, headDim);
    }

    /** The chunk's queries, [keyHeads, group · rows, headDim]: query heads that share a key head stand together. */
    private Tensor grouped(Tensor x, Chunk chunk) {
        return x.narrow(0, chunk.first(), chunk.rows())
                .reshape(chunk.rows(), keyHeads, group(), headDim)
                .permute(1, 2, 0, 3)
                .reshape(keyHeads, (long) group() * chunk.rows(), headDim);
    }

    private Tensor ungrouped(Tensor x, Chunk chunk) {
        return x.reshape(keyHeads, group(), chunk.rows(), headDim)
                .permute(2, 0, 1, 3)
                .reshape(chunk.rows(), (long) heads * headDim);
    }

    /** The keys or values a chunk sees, [keyHeads, keys, headDim]. */
    private Tensor keysOf(Tensor x, Chunk chunk) {
        return headsOf(x.narrow(0, chunk.start(), chunk.keys()), keyHeads).transpose(0, 1);
    }

    private void addKeys(Tensor gradient, Tensor addend, Chunk chunk) {
        gradient.narrow(0, chunk.start(), chunk.keys())
                .addInPlace(addend.transpose(0, 1).reshape(chunk.keys(), (long) keyHeads * headDim));
    }
}
