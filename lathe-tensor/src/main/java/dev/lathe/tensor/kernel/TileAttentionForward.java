package dev.lathe.tensor.kernel;

import dev.lathe.tensor.kernel.TileAttention.Piece;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.stream.Stream;

/**
 * A piece of {@link TileAttention}'s result. All scores of a block of queries are there before the first power is taken, so
 * nothing has to be scaled again.
 */
final class TileAttentionForward {
    private static final int SIDE = TileAttention.SIDE;
    private static final int TOGETHER = TileAttention.TOGETHER;
    private static final long TILE = TileAttention.TILE;
    /** Tiles of scores that a core's cache has room for beside all else. */
    private static final long SCORES = 24;

    private static final float LN_2 = 1 / TileAttention.LOG2_E;

    private final TileAttention shape;
    private final Piece piece;
    private final Matrix qkv;
    private final Matrix out;
    private final MemorySegment logSum;
    /** For each block of keys: turned keys in pairs, values in pairs. */
    private final MemorySegment keys;

    private final MemorySegment values;
    private final Head[] heads;
    private final float[] inverses = new float[SIDE];
    private final float[] logs = new float[SIDE];

    /** What there is of a block of queries of one head. */
    private static final class Head {
        private final MemorySegment queries;
        private final MemorySegment scores;
        /** [64, {@value TileAttention#TOGETHER} · 64] */
        private final MemorySegment p;

        private final MemorySegment mixed;
        private final float[] parts = new float[SIDE * TileSoftmaxKernel.PARTS];
        private final float[] most = new float[SIDE];
        private final float[] shift = new float[SIDE];

        Head(TileAttention shape, long blocks, Places places) {
            queries = places.next(shape.narrowBytes());
            scores = places.next(blocks * TILE);
            p = places.next(TOGETHER * TILE / 2);
            mixed = places.next(shape.wideBytes());
        }

        static long bytes(TileAttention shape, long blocks) {
            return Places.bytes(1, shape.narrowBytes())
                    + Places.bytes(1, blocks * TILE)
                    + Places.bytes(1, TOGETHER * TILE / 2)
                    + Places.bytes(1, shape.wideBytes());
        }
    }

    TileAttentionForward(
            TileAttention shape, Piece piece, Matrix qkv, Matrix out, MemorySegment logSum, MemorySegment memory) {
        this.shape = shape;
        this.piece = piece;
        this.qkv = qkv;
        this.out = out;
        this.logSum = logSum;
        Places places = new Places(memory);
        keys = places.next(piece.blocks() * shape.narrowBytes());
        values = places.next(piece.blocks() * shape.narrowBytes());
        heads = Stream.generate(() -> new Head(shape, piece.blocks(), places))
                .limit(together(shape, piece.blocks()))
                .toArray(Head[]::new);
    }

    /** Heads that go together: as many as a core's cache has room for the scores of. */
    private static int together(TileAttention shape, long blocks) {
        return (int) Math.clamp(SCORES / blocks, 1, Math.min(shape.group(), TOGETHER));
    }

    static long bytes(TileAttention shape, long blocks) {
        return Places.bytes(2, blocks * shape.narrowBytes()) + together(shape, blocks) * Head.bytes(shape, blocks);
    }

    void run() {
        for (int block = 0; block < piece.blocks(); block++) {
            Matrix k = shape.block(qkv, shape.heads() + piece.keyHead(), piece, block);
            Matrix v = shape.block(qkv, shape.heads() + shape.keyHeads() + piece.keyHead(), piece, block);
            shape.pairTurned(k, shape.narrow(keys, block));
            shape.pair(v, shape.narrow(values, block));
        }
        int first = piece.keyHead() * shape.group();
        for (int i = 0; i < shape.group(); i += heads.length) {
            int count = Math.min(heads.length, shape.group() - i);
            for (int block = 0; block < piece.blocks(); block++) {
                attend(first + i, count, block);
            }
        }
    }

    private void attend(int first, int count, int block) {
        int rows = piece.rows(block);
        float factor = shape.scale() * TileAttention.LOG2_E;
        for (int i = 0; i < count; i++) {
            Head head = heads[i];
            score(head, shape.filled(shape.block(qkv, first + i, piece, block), head.queries), rows, block);
            for (int r = 0; r < rows; r++) {
                head.shift[r] = -factor * head.most[r];
            }
            Arrays.fill(head.parts, 0);
        }
        for (int key = 0; key <= block; key += TOGETHER) {
            for (int i = 0; i < count; i++) {
                mix(heads[i], rows, factor, key, block);
            }
        }
        for (int i = 0; i < count; i++) {
            put(heads[i], first + i, rows, block);
        }
    }

    private void score(Head head, Matrix q, int rows, int block) {
        TileProduct.Shape product = shape.scores(q);
        Arrays.fill(head.parts, Float.NEGATIVE_INFINITY);
        for (int key = 0; key <= block; key++) {
            long tile = head.scores.address() + key * TILE;
            shape.tiles()
                    .multiply(product, Addresses.of(q), shape.narrow(keys, key).address(), tile, false);
            shape.softmax().most(tile, key == block, rows, head.parts);
        }
        shape.softmax().most(head.parts, rows, head.most);
    }

    /** Values from block {@code key} on. */
    private void mix(Head head, int rows, float factor, int key, int block) {
        int count = Math.min(TOGETHER, block + 1 - key);
        for (int i = 0; i < count; i++) {
            shape.softmax()
                    .exps(
                            head.scores.address() + (key + i) * TILE,
                            key + i == block,
                            rows,
                            factor,
                            head.shift,
                            head.p.address() + (long) i * SIDE * Short.BYTES,
                            (long) TOGETHER * SIDE,
                            head.parts);
        }
        long pairs = shape.narrow(values, key).address();
        shape.tiles().multiply(shape.mixed(count), head.p.address(), pairs, head.mixed.address(), key > 0);
    }

    private void put(Head head, int index, int rows, int block) {
        shape.softmax().sum(head.parts, rows, inverses, logs);
        long at = index * qkv.rows() + piece.start() + (long) block * SIDE;
        for (int r = 0; r < rows; r++) {
            Floats.set(logSum, at + r, shape.scale() * head.most[r] + LN_2 * logs[r]);
        }
        shape.softmax().put(head.mixed.address(), shape.stride(), inverses, shape.block(out, index, piece, block));
    }
}
