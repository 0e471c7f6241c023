package dev.lathe.tensor.kernel;

import dev.lathe.tensor.kernel.TileAttention.Piece;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * A piece of {@link TileAttention}'s result. All scores of a block of queries are there before the first power is taken, so
 * nothing has to be scaled again.
 */
final class TileAttentionForward {
    private static final int SIDE = TileAttention.SIDE;
    private static final int TOGETHER = TileAttention.TOGETHER;
    private static final long TILE = TileAttention.TILE;

    private final TileAttention shape;
    private final Piece piece;
    private final Matrix qkv;
    private final Matrix out;
    private final MemorySegment logSum;
    /** For each block of keys: turned keys in pairs, values in pairs, scores. */
    private final MemorySegment keys;

    private final MemorySegment values;
    private final MemorySegment scores;
    private final MemorySegment queries;
    /** [64, {@value TileAttention#TOGETHER} · 64] */
    private final MemorySegment p;

    private final MemorySegment mixed;
    private final float[] parts = new float[SIDE * TileSoftmaxKernel.PARTS];
    private final float[] shift = new float[SIDE];
    private final float[] most = new float[SIDE];
    private final float[] sum = new float[SIDE];

    TileAttentionForward(
            TileAttention shape, Piece piece, Matrix qkv, Matrix out, MemorySegment logSum, MemorySegment memory) {
        this.shape = shape;
        this.piece = piece;
        this.qkv = qkv;
        this.out = out;
        this.logSum = logSum;
        Places places = new Places(memory);
        queries = places.next(shape.narrowBytes());
        p = places.next(TOGETHER * TILE / 2);
        mixed = places.next(shape.wideBytes());
        keys = places.next(piece.blocks() * shape.narrowBytes());
        values = places.next(piece.blocks() * shape.narrowBytes());
        scores = places.next(piece.blocks() * TILE);
    }

    static long bytes(TileAttention shape, long blocks) {
        return Places.bytes(1, shape.narrowBytes())
                + Places.bytes(1, TOGETHER * TILE / 2)
                + Places.bytes(1, shape.wideBytes())
                + Places.bytes(2, blocks * shape.narrowBytes())
                + Places.bytes(1, blocks * TILE);
    }

    void run() {
        for (int block = 0; block < piece.blocks(); block++) {
            Matrix k = shape.block(qkv, shape.heads() + piece.keyHead(), piece, block);
            Matrix v = shape.block(qkv, shape.heads() + shape.keyHeads() + piece.keyHead(), piece, block);
            shape.pairTurned(k, shape.narrow(keys, block));
            shape.pair(v, shape.narrow(values, block));
        }
        for (int i = 0; i < shape.group(); i++) {
            for (int block = 0; block < piece.blocks(); block++) {
                attend(piece.keyHead() * shape.group() + i, block);
            }
        }
    }

    private void attend(int head, int block) {
        int rows = piece.rows(block);
        Matrix q = shape.filled(shape.block(qkv, head, piece, block), queries);
        score(q, rows, block);
        float factor = shape.scale() * TileAttention.LOG2_E;
        for (int r = 0; r < rows; r++) {
            shift[r] = -factor * most[r];
        }
        mix(rows, factor, block);
        long at = head * qkv.rows() + piece.start() + (long) block * SIDE;
        for (int r = 0; r < rows; r++) {
            Floats.set(logSum, at + r, shape.scale() * most[r] + (float) Math.log(sum[r]));
            sum[r] = 1 / sum[r];
        }
        shape.softmax().put(mixed.address(), shape.stride(), sum, shape.block(out, head, piece, block));
    }

    private void score(Matrix q, int rows, int block) {
        TileProduct.Shape product = shape.scores(q);
        Arrays.fill(parts, Float.NEGATIVE_INFINITY);
        for (int key = 0; key <= block; key++) {
            long tile = scores.address() + key * TILE;
            shape.tiles()
                    .multiply(product, Addresses.of(q), shape.narrow(keys, key).address(), tile, false);
            shape.softmax().most(tile, key == block, rows, parts);
        }
        shape.softmax().most(parts, rows, most);
    }

    private void mix(int rows, float factor, int block) {
        Arrays.fill(parts, 0);
        for (int first = 0; first <= block; first += TOGETHER) {
            int count = Math.min(TOGETHER, block + 1 - first);
            for (int i = 0; i < count; i++) {
                shape.softmax()
                        .exps(
                                scores.address() + (first + i) * TILE,
                                first + i == block,
                                rows,
                                factor,
                                shift,
                                p.address() + (long) i * SIDE * Short.BYTES,
                                (long) TOGETHER * SIDE,
                                parts);
            }
            shape.tiles()
                    .multiply(
                            shape.mixed(count),
                            p.address(),
                            shape.narrow(values, first).address(),
                            mixed.address(),
                            first > 0);
        }
        shape.softmax().sum(parts, rows, sum);
    }
}
