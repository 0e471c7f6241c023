package dev.lathe.tensor.kernel;

import dev.lathe.tensor.kernel.TileAttention.Piece;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * A piece of {@link TileAttention}'s gradient. Keys' and values' gradients are gathered turned, [headDim, keys], for then
 * no tile has to be: the turned queries times a tile in pairs.
 */
final class TileAttentionBackward {
    private static final int SIDE = TileAttention.SIDE;
    private static final int TOGETHER = TileAttention.TOGETHER;
    private static final long TILE = TileAttention.TILE;

    private final TileAttention shape;
    private final Piece piece;
    private final Matrix qkv;
    private final Matrix gradient;
    private final TileQueries queries;
    /** For each block of keys: turned keys and values in pairs, keys in pairs, and the sums. */
    private final MemorySegment turnedKeys;

    private final MemorySegment turnedValues;
    private final MemorySegment keys;
    private final MemorySegment dKeys;
    private final MemorySegment dValues;
    private final MemorySegment scores;
    private final MemorySegment dp;
    private final MemorySegment p;
    private final MemorySegment ds;
    private final MemorySegment dsRows;
    private final MemorySegment dQueries;
    private final float[] scales = new float[SIDE];

    TileAttentionBackward(
            TileAttention shape,
            Piece piece,
            Matrix qkv,
            Matrix out,
            MemorySegment logSum,
            Matrix dOut,
            Matrix gradient,
            MemorySegment memory) {
        this.shape = shape;
        this.piece = piece;
        this.qkv = qkv;
        this.gradient = gradient;
        Arrays.fill(scales, shape.scale());
        int most = Math.min(shape.group(), TOGETHER);
        Places places = new Places(memory);
        queries = new TileQueries(shape, piece, qkv, out, logSum, dOut, places);
        scores = places.next(most * TOGETHER * TILE);
        dp = places.next(TILE);
        p = places.next(most * TOGETHER * TILE / 2);
        ds = places.next(most * TOGETHER * TILE / 2);
        dsRows = places.next(most * TOGETHER * TILE / 2);
        dQueries = places.next(most * shape.wideBytes());
        turnedKeys = places.next(piece.blocks() * shape.narrowBytes());
        turnedValues = places.next(piece.blocks() * shape.narrowBytes());
        keys = places.next(piece.blocks() * shape.narrowBytes());
        dKeys = places.next(piece.blocks() * shape.wideBytes());
        dValues = places.next(piece.blocks() * shape.wideBytes());
    }

    static long bytes(TileAttention shape, long blocks) {
        int most = Math.min(shape.group(), TOGETHER);
        return TileQueries.bytes(shape)
                + Places.bytes(1, most * TOGETHER * TILE)
                + Places.bytes(1, TILE)
                + Places.bytes(3, most * TOGETHER * TILE / 2)
                + Places.bytes(1, most * shape.wideBytes())
                + Places.bytes(3, blocks * shape.narrowBytes())
                + Places.bytes(2, blocks * shape.wideBytes());
    }

    void run() {
        int keyHead = shape.heads() + piece.keyHead();
        int valueHead = keyHead + shape.keyHeads();
        for (int block = 0; block < piece.blocks(); block++) {
            Matrix k = shape.block(qkv, keyHead, piece, block);
            shape.pairTurned(k, shape.narrow(turnedKeys, block));
            shape.pair(k, shape.narrow(keys, block));
            shape.pairTurned(shape.block(qkv, valueHead, piece, block), shape.narrow(turnedValues, block));
        }
        dKeys.fill((byte) 0);
        dValues.fill((byte) 0);
        int first = piece.keyHead() * shape.group();
        for (int i = 0; i < shape.group(); i += TOGETHER) {
            for (int block = 0; block < piece.blocks(); block++) {
                queries.take(first + i, Math.min(TOGETHER, shape.group() - i), block);
                queries(block);
            }
        }
        for (int block = 0; block < piece.blocks(); block++) {
            put(shape.wide(dKeys, block), shape.scale(), shape.block(gradient, keyHead, piece, block));
            put(shape.wide(dValues, block), 1, shape.block(gradient, valueHead, piece, block));
        }
    }

    /** A block of queries. */
    private void queries(int block) {
        for (int key = 0; key <= block; key += TOGETHER) {
            int count = Math.min(TOGETHER, block + 1 - key);
            score(key, count);
            weigh(block, key, count);
            addToKeys(key, count);
            addToQueries(key, count);
        }
        for (int h = 0; h < queries.count(); h++) {
            shape.softmax()
                    .put(
                            shape.wide(dQueries, h).address(),
                            shape.stride(),
                            scales,
                            shape.block(gradient, queries.head(h), piece, block));
        }
    }

    private void score(int key, int count) {
        for (int h = 0; h < queries.count(); h++) {
            Matrix q = queries.rows(h);
            TileProduct.Shape product = shape.scores(q);
            for (int i = 0; i < count; i++) {
                long pairs = shape.narrow(turnedKeys, key + i).address();
                shape.tiles().multiply(product, Addresses.of(q), pairs, scores(h, i), false);
            }
        }
    }

    private long scores(int h, int i) {
        return scores.address() + (h * TOGETHER + i) * TILE;
    }

    /** Pairs of the tile of head {@code h} among those of its block of keys. */
    private static long pairs(MemorySegment tiles, int h, int i, int heads) {
        return tiles.address() + (i * heads + h) * TILE / 2;
    }

    private void weigh(int block, int key, int count) {
        for (int h = 0; h < queries.count(); h++) {
            Matrix dRows = queries.above(h);
            TileProduct.Shape product = shape.scores(dRows);
            for (int i = 0; i < count; i++) {
                long values = shape.narrow(turnedValues, key + i).address();
                shape.tiles().multiply(product, Addresses.of(dRows), values, dp.address(), false);
                shape.softmax()
                        .gradients(
                                scores(h, i),
                                dp.address(),
                                key + i == block,
                                queries.evenRows(),
                                shape.scale() * TileAttention.LOG2_E,
                                queries.shift(h),
                                queries.along(h),
                                pairs(p, h, i, queries.count()),
                                pairs(ds, h, i, queries.count()),
                                rows(h) + (long) i * SIDE * Short.BYTES,
                                (long) TOGETHER * SIDE);
            }
        }
    }

    private long rows(int h) {
        return dsRows.address() + h * TOGETHER * TILE / 2;
    }

    private void addToKeys(int key, int count) {
        add(queries.turnedAbove(), p, dValues, key, count);
        add(queries.turnedRows(), ds, dKeys, key, count);
    }

    private void add(long turned, MemorySegment weights, MemorySegment sums, int key, int count) {
        TileProduct.Shape product = shape.turned(queries.count());
        for (int i = 0; i < count; i++) {
            long pairs = pairs(weights, 0, i, queries.count());
            shape.tiles()
                    .multiply(product, turned, pairs, shape.wide(sums, key + i).address(), true);
        }
    }

    private void addToQueries(int key, int count) {
        long pairs = shape.narrow(keys, key).address();
        for (int h = 0; h < queries.count(); h++) {
            long sums = shape.wide(dQueries, h).address();
            shape.tiles().multiply(shape.mixed(count), rows(h), pairs, sums, key > 0);
        }
    }

    /** Turned sums, back in rows. */
    private void put(MemorySegment sums, float factor, Matrix to) {
        Matrix narrow = Matrix.of(p.asSlice(0, shape.narrowBytes()), Element.BF16, shape.headDim(), SIDE);
        shape.pack().put(Matrix.of(sums, Element.F32, shape.headDim(), SIDE), factor, false, narrow);
        if (to.rows() == SIDE) {
            shape.pack().turn(narrow, to);
        } else {
            MemorySegment place = ds.asSlice(0, shape.narrowBytes());
            Matrix all = new Matrix(place, Element.BF16, SIDE, shape.headDim(), shape.stride());
            shape.pack().turn(narrow, all);
            all.copyRows(0, to.rows(), to, 0);
        }
    }
}
