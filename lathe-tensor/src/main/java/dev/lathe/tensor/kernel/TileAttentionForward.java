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

    private final TileAttention shape;
    private final Piece piece;
    private final Matrix qkv;
    private final Matrix out;
    private final MemorySegment logSum;
    /** For each block of keys: turned keys in pairs, values in pairs, scores. */
    private final MemorySegment[] keys;

    private final MemorySegment[] values;
    private final MemorySegment[] scores;
    private final MemorySegment queries;
    private final MemorySegment p;
    /** Of a tile on the diagonal, where what is not seen stays zero. */
    private final MemorySegment pDiagonal;

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
        p = places.next(TileAttention.TILE / 2);
        pDiagonal = places.next(TileAttention.TILE / 2);
        mixed = places.next(shape.wideBytes());
        keys = places.next(piece.blocks(), shape.narrowBytes());
        values = places.next(piece.blocks(), shape.narrowBytes());
        scores = places.next(piece.blocks(), TileAttention.TILE);
    }

    static long bytes(TileAttention shape, long blocks) {
        return shape.narrowBytes()
                + TileAttention.TILE
                + shape.wideBytes()
                + blocks * (2 * shape.narrowBytes() + TileAttention.TILE);
    }

    void run() {
        pDiagonal.fill((byte) 0);
        for (int block = 0; block < piece.blocks(); block++) {
            shape.pairTurned(shape.block(qkv, shape.heads() + piece.keyHead(), piece, block), keys[block]);
            shape.pair(
                    shape.block(qkv, shape.heads() + shape.keyHeads() + piece.keyHead(), piece, block), values[block]);
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
        TileProduct.Shape product = shape.scores(q);
        Arrays.fill(parts, Float.NEGATIVE_INFINITY);
        for (int key = 0; key <= block; key++) {
            shape.tiles().multiply(product, q.data().address(), keys[key].address(), scores[key].address(), false);
            shape.softmax().most(scores[key].address(), key == block, rows, parts);
        }
        shape.softmax().most(parts, rows, most);
        float factor = shape.scale() * TileAttention.LOG2_E;
        for (int r = 0; r < rows; r++) {
            shift[r] = -factor * most[r];
        }
        Arrays.fill(parts, 0);
        mixed.fill((byte) 0); // added to from the start: a product that adds is another kernel than one that does not
        for (int key = 0; key <= block; key++) {
            MemorySegment weights = key == block ? pDiagonal : p;
            shape.softmax().exps(scores[key].address(), key == block, rows, factor, shift, weights.address(), parts);
            shape.tiles().multiply(shape.mixed(), weights.address(), values[key].address(), mixed.address(), true);
        }
        shape.softmax().sum(parts, rows, sum);
        long at = head * qkv.rows() + piece.start() + (long) block * SIDE;
        for (int r = 0; r < rows; r++) {
            Floats.set(logSum, at + r, shape.scale() * most[r] + (float) Math.log(sum[r]));
            sum[r] = 1 / sum[r];
        }
        shape.softmax().put(mixed.address(), shape.stride(), sum, shape.block(out, head, piece, block));
    }
}
