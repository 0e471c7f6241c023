package dev.lathe.tensor;

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

    /**
     * Rotates queries and keys where they stand, then lets the tokens of each segment look at each other.
     *
     * @param qkv [tokens, (heads + 2 · keyHeads) · headDim]: queries, keys and values side by side; changed by the rotation
     * @return [tokens, heads · headDim]
     */
    public Tensor apply(Tape tape, Tensor qkv, Rope rope, Segments segments) {
        rope.turn(turned(qkv), headDim);
        Parts parts = parts(qkv);
        Tensor out = Tensors.empty(qkv.dtype(), qkv.size(0), (long) heads * headDim);
        Tensor logSum = Tensors.empty(qkv.dtype().wide(), keyHeads, group(), qkv.size(0));
        forEachChunk(segments, chunk -> forward(chunk, parts, out, logSum));
        if (tape.needs(qkv)) {
            tape.record(out, dOut -> {
                Tensor gradient = Tensors.empty(qkv.dtype(), qkv.shape());
                Tensor dotted =
                        headsOf(dOut.times(out).to(qkv.dtype().wide()), heads).sum(2, false); // [tokens, heads]
                Kept kept = new Kept(parts, logSum, dotted);
                Parts gradients = parts(gradient);
                forEachSegment(segments, (start, length) -> backward(kept, dOut, gradients, start, length));
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
        Tensor out = Tensors.empty(q.dtype(), q.shape());
        Tensor logSum = Tensors.empty(q.dtype().wide(), keyHeads, group(), q.size(0));
        long known = k.size(0) - q.size(0);
        for (long row = 0; row < q.size(0); row += QUERY_CHUNK) {
            long rows = Math.min(QUERY_CHUNK, q.size(0) - row);
            try (Scope scope = Scope.open()) {
                forward(new Chunk(row, rows, 0, known + row + rows), new Parts(q, k, v), out, logSum);
            }
        }
        return out;
    }

    /** Queries {@code first} to {@code first + rows} see the keys {@code start} to {@code start + keys}. */
    private record Chunk(long first, long rows, long start, long keys) {}

    private record Kept(Parts parts, Tensor logSum, Tensor dotted) {}

    @FunctionalInterface
    private interface SegmentStep {
        void run(long start, long length);
    }

    @FunctionalInterface
    private interface ChunkStep {
        void run(Chunk chunk);
    }

    private static void forEachSegment(Segments segments, SegmentStep step) {
        long start = 0;
        for (int length : segments.lengths()) {
            try (Scope scope = Scope.open()) {
                step.run(start, length);
            }
            start += length;
        }
    }

    private static void forEachChunk(Segments segments, ChunkStep step) {
        forEachSegment(segments, (start, length) -> forEachChunk(start, length, step));
    }

    private static void forEachChunk(long start, long length, ChunkStep step) {
        for (long row = 0; row < length; row += QUERY_CHUNK) {
            try (Scope scope = Scope.open()) {
                long rows = Math.min(QUERY_CHUNK, length - row);
                step.run(new Chunk(start + row, rows, start, row + rows));
            }
        }
    }

    private void forward(Chunk chunk, Parts parts, Tensor out, Tensor logSum) {
        // [keyHeads, group · rows, keys]
        Tensor scores = scores(chunk, grouped(parts.q(), chunk).multiplyInPlace(scale), keysOf(parts.k(), chunk));
        Tensor lse = scores.logSumExp(2, true);
        logSum.narrow(2, chunk.first(), chunk.rows()).copyFrom(lse.reshape(keyHeads, group(), chunk.rows()));
        Tensor p = scores.subtractInPlace(lse).expInPlace().to(out.dtype());
        Tensor rows = p.matmul(keysOf(parts.v(), chunk)); // [keyHeads, group · rows, headDim]
        out.narrow(0, chunk.first(), chunk.rows()).copyFrom(ungrouped(rows, chunk));
    }

    /** Keys and values gather their gradients over the segment's chunks in the wide type. */
    private void backward(Kept kept, Tensor dOut, Parts gradients, long start, long length) {
        DType wide = dOut.dtype().wide();
        Tensor dk = Tensors.zeros(wide, keyHeads, length, headDim);
        Tensor dv = Tensors.zeros(wide, keyHeads, length, headDim);
        forEachChunk(start, length, chunk -> backward(chunk, kept, dOut, gradients.q(), new Gathered(dk, dv)));
        gradients.k().narrow(0, start, length).copyFrom(dk.transpose(0, 1).reshape(length, (long) keyHeads * headDim));
        gradients.v().narrow(0, start, length).copyFrom(dv.transpose(0, 1).reshape(length, (long) keyHeads * headDim));
    }

    /** [keyHeads, tokens of the segment, headDim], wide. */
    private record Gathered(Tensor dk, Tensor dv) {}

    private void backward(Chunk chunk, Kept kept, Tensor dOut, Tensor dQueries, Gathered gathered) {
        long queries = (long) group() * chunk.rows();
        Tensor q = grouped(kept.parts().q(), chunk).multiplyInPlace(scale);
        Tensor k = keysOf(kept.parts().k(), chunk); // [keyHeads, keys, headDim]
        Tensor v = keysOf(kept.parts().v(), chunk);
        Tensor lse = kept.logSum().narrow(2, chunk.first(), chunk.rows()).reshape(keyHeads, queries, 1);
        Tensor p = scores(chunk, q, k).subtractInPlace(lse).expInPlace(); // wide
        Tensor dRows = grouped(dOut, chunk);
        Tensor dotted = kept.dotted()
                .narrow(0, chunk.first(), chunk.rows())
                .transpose(0, 1)
                .reshape(keyHeads, queries, 1);
        gathered.dv()
                .narrow(1, 0, chunk.keys())
                .addInPlace(p.to(q.dtype()).transpose(1, 2).matmul(dRows));
        Tensor dScores = dRows.matmul(v.transpose(1, 2)).to(p.dtype());
        dScores = dScores.subtractInPlace(dotted).multiplyInPlace(p).to(q.dtype());
        gathered.dk()
                .narrow(1, 0, chunk.keys())
                .addInPlace(dScores.transpose(1, 2).matmul(q));
        Tensor dq = dScores.matmul(k).multiplyInPlace(scale);
        dQueries.narrow(0, chunk.first(), chunk.rows()).copyFrom(ungrouped(dq, chunk));
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
                .splitColumns(headDim)
                .transpose(0, 1) // [heads, rows, headDim]: heads that share a key head follow each other
                .copy()
                .reshape(keyHeads, (long) group() * chunk.rows(), headDim);
    }

    private Tensor ungrouped(Tensor x, Chunk chunk) {
        return x.reshape(keyHeads, group(), chunk.rows(), headDim)
                .permute(2, 0, 1, 3)
                .reshape(chunk.rows(), (long) heads * headDim);
    }

    /** The keys or values a chunk sees, [keyHeads, keys, headDim]. */
    private Tensor keysOf(Tensor x, Chunk chunk) {
        return x.narrow(0, chunk.start(), chunk.keys()).splitColumns(headDim).transpose(0, 1);
    }
}
