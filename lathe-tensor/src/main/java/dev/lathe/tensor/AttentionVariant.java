package dev.lathe.tensor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.global.torch;

/**
 * What {@link Attention} does not do: a window of keys, bent scores (Gemma 2), a bias by distance (ALiBi; Press et al.
 * 2021, arXiv:2108.12409), an extra logit a head that takes up attention (GPT-OSS), values of another width than keys
 * (DeepSeek). Causal, segment by segment, queries in chunks that read no key outside of their window; softmax in the wide
 * type, recomputed in the backward pass from one logsumexp a query. Threads share the key heads.
 *
 * @param keyDim width of a query and of a key; {@code valueDim} of a value
 * @param scale what q·k is multiplied by
 * @param window how many keys a query sees, itself included; 0 for all
 * @param cap scores become cap · tanh(score / cap); 0 for not
 * @param slopes what a key's distance costs, a number a head; empty for nothing
 */
@SuppressWarnings("ArrayRecordComponent") // made once, never compared
public record AttentionVariant(
        int heads, int keyHeads, int keyDim, int valueDim, double scale, int window, double cap, double[] slopes) {
    private static final int QUERY_CHUNK = 256;

    /**
     * Rotates queries and keys where they stand, then lets the tokens of each segment look at each other.
     *
     * @param qkv [tokens, heads · keyDim + keyHeads · (keyDim + valueDim)]; changed by the rotation
     * @param sinks an extra logit a head, [heads]
     * @return [tokens, heads · valueDim]
     */
    public Tensor apply(Tape tape, Tensor qkv, Rope rope, Segments segments, Optional<Operand> sinks) {
        rope.turn(turned(qkv), keyDim);
        Attention.Parts parts = parts(qkv);
        Tensor out = Tensors.empty(qkv.dtype(), qkv.size(0), (long) heads * valueDim);
        Tensor logSum = Tensors.empty(qkv.dtype().wide(), keyHeads, group(), qkv.size(0));
        Optional<Tensor> sink = sinks.map(Operand::value);
        forEachPiece(segments, (key, start, length) -> {
            AttentionVariant one = ofHead(key);
            Attention.Parts own = columns(parts, key);
            Tensor to = columnsOf(out, key);
            Tensor sums = logSum.narrow(0, key, 1);
            Optional<Tensor> logit = sink.map(all -> all.narrow(0, (long) key * group(), group()));
            one.forEachChunk(start, length, 0, chunk -> one.forward(chunk, own, to, sums, logit));
        });
        boolean trained = sinks.map(Operand::isTrained).orElse(false);
        if (tape.needs(qkv) || (tape.isRecording() && trained)) {
            tape.record(out, dOut -> {
                Tensor gradient = Tensors.empty(qkv.dtype(), qkv.shape());
                Tensor dotted = dOut.times(out)
                        .to(qkv.dtype().wide())
                        .splitColumns(valueDim)
                        .sum(2, false); // [tokens, heads]
                Kept kept = new Kept(parts, logSum, dotted);
                Attention.Parts gradients = parts(gradient);
                forEachPiece(segments, (key, start, length) -> ofHead(key)
                        .backward(
                                kept.ofHead(this, key), columnsOf(dOut, key), columns(gradients, key), start, length));
                sinks.flatMap(Operand::parameter).ifPresent(p -> p.addGradient(sinkGradient(kept, p.compute())));
                rope.turnBack(turned(gradient), keyDim);
                tape.add(qkv, gradient);
            });
        }
        return out;
    }

    /** As {@link Attention#parts}. */
    public Attention.Parts parts(Tensor qkv) {
        long queries = (long) heads * keyDim;
        long keys = (long) keyHeads * keyDim;
        return new Attention.Parts(
                qkv.narrow(1, 0, queries),
                qkv.narrow(1, queries, keys),
                qkv.narrow(1, queries + keys, (long) keyHeads * valueDim));
    }

    /** The columns that are rotated: queries and keys. */
    public Tensor turned(Tensor qkv) {
        return qkv.narrow(1, 0, (long) (heads + keyHeads) * keyDim);
    }

    /**
     * For generation: the queries belong to the last tokens of the keys.
     *
     * @param q [new tokens, heads · keyDim]
     * @param k [all tokens, keyHeads · keyDim]
     * @param v [all tokens, keyHeads · valueDim]
     * @return [new tokens, heads · valueDim]
     */
    public Tensor extend(Tensor q, Tensor k, Tensor v, Optional<Operand> sinks) {
        Tensor out = Tensors.empty(q.dtype(), q.size(0), (long) heads * valueDim);
        Tensor logSum = Tensors.empty(q.dtype().wide(), keyHeads, group(), q.size(0));
        Attention.Parts parts = new Attention.Parts(q, k, v);
        Optional<Tensor> logits = sinks.map(Operand::value);
        forEachChunk(0, q.size(0), k.size(0) - q.size(0), chunk -> forward(chunk, parts, out, logSum, logits));
        return out;
    }

    /**
     * Queries {@code first} to {@code first + rows} see keys from {@code start} on, {@code keys} of them; the first query
     * is itself the key {@code start + own}.
     */
    private record Chunk(long first, long rows, long start, long keys, long own) {}

    private record Kept(Attention.Parts parts, Tensor logSum, Tensor dotted) {
        Kept ofHead(AttentionVariant whole, int key) {
            long group = whole.group();
            return new Kept(whole.columns(parts, key), logSum.narrow(0, key, 1), dotted.narrow(1, key * group, group));
        }
    }

    /** Works on one key head, with the query heads that share it, of one segment. */
    @FunctionalInterface
    private interface Piece {
        void run(int key, long start, long length);
    }

    @FunctionalInterface
    private interface ChunkStep {
        void run(Chunk chunk);
    }

    /** Shares the pieces out to the workers, longest segments first, so that no thread is left alone with a long one. */
    private void forEachPiece(Segments segments, Piece piece) {
        List<long[]> pieces = new ArrayList<>(); // key head, start, length
        long start = 0;
        for (int length : segments.lengths()) {
            for (int key = 0; key < keyHeads && length > 0; key++) {
                pieces.add(new long[] {key, start, length});
            }
            start += length;
        }
        pieces.sort(Comparator.comparingLong((long[] one) -> one[2]).reversed());
        Torch.workers().run(pieces.size(), i -> {
            long[] one = pieces.get(i);
            try (Scope scope = Scope.open()) {
                piece.run((int) one[0], one[1], one[2]);
            }
        });
    }

    /** The same attention of one key head alone. */
    private AttentionVariant ofHead(int key) {
        double[] own = slopes.length == 0 ? slopes : Arrays.copyOfRange(slopes, key * group(), (key + 1) * group());
        return new AttentionVariant(group(), 1, keyDim, valueDim, scale, window, cap, own);
    }

    private Attention.Parts columns(Attention.Parts all, int key) {
        long queries = (long) group() * keyDim;
        return new Attention.Parts(
                all.q().narrow(1, key * queries, queries),
                all.k().narrow(1, (long) key * keyDim, keyDim),
                all.v().narrow(1, (long) key * valueDim, valueDim));
    }

    /** The columns of a result, or of its gradient, that belong to one key head. */
    private Tensor columnsOf(Tensor out, int key) {
        return out.narrow(1, (long) key * group() * valueDim, (long) group() * valueDim);
    }

    /** @param known keys that stand before the segment's own */
    private void forEachChunk(long start, long length, long known, ChunkStep step) {
        for (long row = 0; row < length; row += QUERY_CHUNK) {
            try (Scope scope = Scope.open()) {
                long rows = Math.min(QUERY_CHUNK, length - row);
                long unseen = window == 0 ? 0 : Math.max(0, known + row - window + 1);
                step.run(new Chunk(
                        start + row, rows, start + unseen, known + row + rows - unseen, known + row - unseen));
            }
        }
    }

    private void forward(Chunk chunk, Attention.Parts parts, Tensor out, Tensor logSum, Optional<Tensor> sinks) {
        Tensor bent = bent(chunk, grouped(parts.q(), chunk, keyDim), keysOf(parts.k(), chunk, keyDim));
        Tensor scores = masked(chunk, bent); // [keyHeads, group · rows, keys]
        Tensor lse = scores.logSumExp(2, true);
        if (sinks.isPresent()) {
            Tensor sink = sinkRows(sinks.get(), lse.dtype(), chunk);
            lse = new Tensor(torch.logaddexp(lse.handle(), sink.handle()));
        }
        logSum.narrow(2, chunk.first(), chunk.rows()).copyFrom(lse.reshape(keyHeads, group(), chunk.rows()));
        Tensor p = scores.subtractInPlace(lse).expInPlace().to(out.dtype());
        Tensor rows = p.matmul(keysOf(parts.v(), chunk, valueDim)); // [keyHeads, group · rows, valueDim]
        out.narrow(0, chunk.first(), chunk.rows()).copyFrom(ungrouped(rows, chunk, valueDim));
    }

    /** Keys and values gather their gradients over the segment's chunks in the wide type. */
    private void backward(Kept kept, Tensor dOut, Attention.Parts gradients, long start, long length) {
        DType wide = dOut.dtype().wide();
        Tensor dk = Tensors.zeros(wide, keyHeads, length, keyDim);
        Tensor dv = Tensors.zeros(wide, keyHeads, length, valueDim);
        forEachChunk(start, length, 0, chunk -> {
            Tensor dkSeen = dk.narrow(1, chunk.start() - start, chunk.keys());
            Tensor dvSeen = dv.narrow(1, chunk.start() - start, chunk.keys());
            backward(chunk, kept, dOut, new Attention.Parts(gradients.q(), dkSeen, dvSeen));
        });
        gradients.k().narrow(0, start, length).copyFrom(dk.transpose(0, 1).reshape(length, (long) keyHeads * keyDim));
        gradients.v().narrow(0, start, length).copyFrom(dv.transpose(0, 1).reshape(length, (long) keyHeads * valueDim));
    }

    private void backward(Chunk chunk, Kept kept, Tensor dOut, Attention.Parts gathered) {
        Tensor q = grouped(kept.parts().q(), chunk, keyDim);
        Tensor k = keysOf(kept.parts().k(), chunk, keyDim); // [keyHeads, keys, keyDim]
        Tensor v = keysOf(kept.parts().v(), chunk, valueDim);
        long queries = (long) group() * chunk.rows();
        Tensor lse = kept.logSum().narrow(2, chunk.first(), chunk.rows()).reshape(keyHeads, queries, 1);
        Tensor bent = bent(chunk, q, k);
        Tensor p = masked(chunk, bent).minus(lse).expInPlace(); // wide
        Tensor dRows = grouped(dOut, chunk, valueDim);
        Tensor dotted = kept.dotted()
                .narrow(0, chunk.first(), chunk.rows())
                .transpose(0, 1)
                .reshape(keyHeads, queries, 1);
        gathered.v().addInPlace(p.to(q.dtype()).transpose(1, 2).matmul(dRows));
        Tensor dScores = dRows.matmul(v.transpose(1, 2)).to(p.dtype());
        dScores.subtractInPlace(dotted).multiplyInPlace(p);
        if (cap != 0) {
            dScores.multiplyInPlace(
                    bent.square().multiplyInPlace(-1 / (cap * cap)).addInPlace(1));
        }
        Tensor dDots = dScores.multiplyInPlace(scale).to(q.dtype());
        gathered.k().addInPlace(dDots.transpose(1, 2).matmul(q));
        Tensor dq = dDots.matmul(k);
        gathered.q().narrow(0, chunk.first(), chunk.rows()).copyFrom(ungrouped(dq, chunk, keyDim));
    }

    /** scale · q·k, bent if there is a cap, in the wide type. */
    private Tensor bent(Chunk chunk, Tensor q, Tensor k) {
        Tensor scores = q.matmul(k.transpose(1, 2)).to(q.dtype().wide()).multiplyInPlace(scale);
        return cap == 0 ? scores : HeadLoss.bend(scores, cap);
    }

    /** With distances, and −∞ for what is not seen. */
    private Tensor masked(Chunk chunk, Tensor scores) {
        Tensor byHead = scores.reshape(keyHeads, group(), chunk.rows(), chunk.keys());
        return new AttentionMask(window, slopes)
                .on(byHead, chunk.own())
                .reshape(keyHeads, (long) group() * chunk.rows(), chunk.keys());
    }

    /** The sinks for each of a chunk's rows, [keyHeads, group · rows, 1]. */
    private Tensor sinkRows(Tensor sinks, DType dtype, Chunk chunk) {
        Tensor rows = Tensors.zeros(dtype, keyHeads, group(), chunk.rows());
        return rows.addInPlace(sinks.to(dtype).reshape(keyHeads, group(), 1))
                .reshape(keyHeads, (long) group() * chunk.rows(), 1);
    }

    /** −Σ p(sink) · (dO · O) over all queries, [heads]. */
    private Tensor sinkGradient(Kept kept, Tensor sinks) {
        Tensor logSum = kept.logSum().reshape(heads, kept.dotted().size(0)); // [heads, tokens]
        Tensor p = sinks.to(logSum.dtype()).reshape(heads, 1).minus(logSum).expInPlace();
        return p.multiplyInPlace(kept.dotted().transpose(0, 1)).sum(1, false).multiplyInPlace(-1);
    }

    private int group() {
        return heads / keyHeads;
    }

    /** The chunk's rows, [keyHeads, group · rows, width]: query heads that share a key head stand together. */
    private Tensor grouped(Tensor x, Chunk chunk, int width) {
        return x.narrow(0, chunk.first(), chunk.rows())
                .splitColumns(width)
                .transpose(0, 1) // [heads, rows, width]: heads that share a key head follow each other
                .copy()
                .reshape(keyHeads, (long) group() * chunk.rows(), width);
    }

    private Tensor ungrouped(Tensor x, Chunk chunk, int width) {
        return x.reshape(keyHeads, group(), chunk.rows(), width)
                .permute(2, 0, 1, 3)
                .reshape(chunk.rows(), (long) heads * width);
    }

    /** The keys or values a chunk sees, [keyHeads, keys, width]. */
    private static Tensor keysOf(Tensor x, Chunk chunk, int width) {
        return x.narrow(0, chunk.start(), chunk.keys()).splitColumns(width).transpose(0, 1);
    }
}
