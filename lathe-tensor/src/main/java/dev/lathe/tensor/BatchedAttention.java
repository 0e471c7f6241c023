package dev.lathe.tensor;

/**
 * {@link Attention} by batched products of libtorch over all heads at once, one chunk of queries after the other: for
 * element types and hosts without kernels, and for the few queries of generation.
 */
record BatchedAttention(Attention shape) {
    private static final int QUERY_CHUNK = 256;

    /** Writes out, [tokens, heads · headDim], and one logsumexp a query, [keyHeads, group, tokens]. */
    void forward(Tensor qkv, Segments segments, Tensor out, Tensor logSum) {
        Attention.Parts parts = shape.parts(qkv);
        forEachChunk(segments, chunk -> forward(chunk, parts, out, logSum));
    }

    /** Writes the gradient of qkv. */
    void backward(Tensor qkv, Segments segments, Tensor out, Tensor logSum, Tensor dOut, Tensor gradient) {
        Tensor dotted =
                headsOf(dOut.times(out).to(qkv.dtype().wide()), shape.heads()).sum(2, false); // [tokens, heads]
        Kept kept = new Kept(shape.parts(qkv), logSum, dotted);
        Attention.Parts gradients = shape.parts(gradient);
        forEachSegment(segments, (start, length) -> backward(kept, dOut, gradients, start, length));
    }

    /** The queries belong to the last tokens of the keys. */
    Tensor extend(Tensor q, Tensor k, Tensor v) {
        Tensor out = Tensors.empty(q.dtype(), q.shape());
        Tensor logSum = Tensors.empty(q.dtype().wide(), shape.keyHeads(), group(), q.size(0));
        long known = k.size(0) - q.size(0);
        for (long row = 0; row < q.size(0); row += QUERY_CHUNK) {
            long rows = Math.min(QUERY_CHUNK, q.size(0) - row);
            try (Scope scope = Scope.open()) {
                forward(new Chunk(row, rows, 0, known + row + rows), new Attention.Parts(q, k, v), out, logSum);
            }
        }
        return out;
    }

    /** Queries {@code first} to {@code first + rows} see the keys {@code start} to {@code start + keys}. */
    private record Chunk(long first, long rows, long start, long keys) {}

    private record Kept(Attention.Parts parts, Tensor logSum, Tensor dotted) {}

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

    private void forward(Chunk chunk, Attention.Parts parts, Tensor out, Tensor logSum) {
        // [keyHeads, group · rows, keys]
        Tensor scores =
                scores(chunk, grouped(parts.q(), chunk).multiplyInPlace(shape.scale()), keysOf(parts.k(), chunk));
        Tensor lse = scores.logSumExp(2, true);
        logSum.narrow(2, chunk.first(), chunk.rows()).copyFrom(lse.reshape(shape.keyHeads(), group(), chunk.rows()));
        Tensor p = scores.subtractInPlace(lse).expInPlace().to(out.dtype());
        Tensor rows = p.matmul(keysOf(parts.v(), chunk)); // [keyHeads, group · rows, headDim]
        out.narrow(0, chunk.first(), chunk.rows()).copyFrom(ungrouped(rows, chunk));
    }

    /** Keys and values gather their gradients over the segment's chunks in the wide type. */
    private void backward(Kept kept, Tensor dOut, Attention.Parts gradients, long start, long length) {
        DType wide = dOut.dtype().wide();
        Tensor dk = Tensors.zeros(wide, shape.keyHeads(), length, shape.headDim());
        Tensor dv = Tensors.zeros(wide, shape.keyHeads(), length, shape.headDim());
        forEachChunk(start, length, chunk -> backward(chunk, kept, dOut, gradients.q(), new Gathered(dk, dv)));
        gradients
                .k()
                .narrow(0, start, length)
                .copyFrom(dk.transpose(0, 1).reshape(length, (long) shape.keyHeads() * shape.headDim()));
        gradients
                .v()
                .narrow(0, start, length)
                .copyFrom(dv.transpose(0, 1).reshape(length, (long) shape.keyHeads() * shape.headDim()));
    }

    /** [keyHeads, tokens of the segment, headDim], wide. */
    private record Gathered(Tensor dk, Tensor dv) {}

    private void backward(Chunk chunk, Kept kept, Tensor dOut, Tensor dQueries, Gathered gathered) {
        long queries = (long) group() * chunk.rows();
        Tensor q = grouped(kept.parts().q(), chunk).multiplyInPlace(shape.scale());
        Tensor k = keysOf(kept.parts().k(), chunk); // [keyHeads, keys, headDim]
        Tensor v = keysOf(kept.parts().v(), chunk);
        Tensor lse = kept.logSum().narrow(2, chunk.first(), chunk.rows()).reshape(shape.keyHeads(), queries, 1);
        Tensor p = scores(chunk, q, k).subtractInPlace(lse).expInPlace(); // wide
        Tensor dRows = grouped(dOut, chunk);
        Tensor dotted = kept.dotted()
                .narrow(0, chunk.first(), chunk.rows())
                .transpose(0, 1)
                .reshape(shape.keyHeads(), queries, 1);
        gathered.dv()
                .narrow(1, 0, chunk.keys())
                .addInPlace(p.to(q.dtype()).transpose(1, 2).matmul(dRows));
        Tensor dScores = dRows.matmul(v.transpose(1, 2)).to(p.dtype());
        dScores = dScores.subtractInPlace(dotted).multiplyInPlace(p).to(q.dtype());
        gathered.dk()
                .narrow(1, 0, chunk.keys())
                .addInPlace(dScores.transpose(1, 2).matmul(q));
        Tensor dq = dScores.matmul(k).multiplyInPlace(shape.scale());
        dQueries.narrow(0, chunk.first(), chunk.rows()).copyFrom(ungrouped(dq, chunk));
    }

    /** q·k in the wide type, −∞ beyond the diagonal. */
    private Tensor scores(Chunk chunk, Tensor q, Tensor k) {
        Tensor scores = q.matmul(k.transpose(1, 2)).to(q.dtype().wide());
        if (chunk.rows() > 1) {
            Tensor mask = Tensors.causalMask(scores.dtype(), chunk.rows(), chunk.rows(), 0);
            scores.reshape(shape.keyHeads(), group(), chunk.rows(), chunk.keys())
                    .narrow(3, chunk.keys() - chunk.rows(), chunk.rows())
                    .addInPlace(mask);
        }
        return scores;
    }

    private int group() {
        return shape.heads() / shape.keyHeads();
    }

    private Tensor headsOf(Tensor x, int count) {
        return x.reshape(x.size(0), count, shape.headDim());
    }

    /** The chunk's queries, [keyHeads, group · rows, headDim]: query heads that share a key head stand together. */
    private Tensor grouped(Tensor x, Chunk chunk) {
        return x.narrow(0, chunk.first(), chunk.rows())
                .splitColumns(shape.headDim())
                .transpose(0, 1) // [heads, rows, headDim]: heads that share a key head follow each other
                .copy()
                .reshape(shape.keyHeads(), (long) group() * chunk.rows(), shape.headDim());
    }

    private Tensor ungrouped(Tensor x, Chunk chunk) {
        return x.reshape(shape.keyHeads(), group(), chunk.rows(), shape.headDim())
                .permute(2, 0, 1, 3)
                .reshape(chunk.rows(), (long) shape.heads() * shape.headDim());
    }

    /** The keys or values a chunk sees, [keyHeads, keys, headDim]. */
    private Tensor keysOf(Tensor x, Chunk chunk) {
        return x.narrow(0, chunk.start(), chunk.keys())
                .splitColumns(shape.headDim())
                .transpose(0, 1);
    }
}
