package dev.lathe.tensor.kernel;

import dev.lathe.tensor.kernel.TileAttention.Piece;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.stream.Stream;

/**
 * A piece of {@link TileAttention}'s gradient. Keys' and values' gradients are gathered turned, [headDim, keys], for then
 * no tile has to be: the turned queries times a tile in pairs.
 */
final class TileAttentionBackward {
    private static final int SIDE = TileAttention.SIDE;
    /** Tiles that go through each product one after the other: to change from one kernel to another takes as long as to use it. */
    private static final int TOGETHER = 8;

    private final TileAttention shape;
    private final Piece piece;
    private final Matrix qkv;
    private final Matrix out;
    private final MemorySegment logSum;
    private final Matrix dOut;
    private final Matrix gradient;
    /** For each block of keys: turned keys and values in pairs, keys in pairs, and the sums. */
    private final MemorySegment[] turnedKeys;

    private final MemorySegment[] turnedValues;
    private final MemorySegment[] keys;
    private final MemorySegment[] dKeys;
    private final MemorySegment[] dValues;
    private final MemorySegment queries;
    private final MemorySegment above;
    private final Matrix turnedQueries;
    private final Matrix turnedAbove;
    private final MemorySegment dQueries;
    private final MemorySegment[] scores;
    private final MemorySegment dp;
    private final Tiles[] full;
    private final Tiles diagonal;
    private final float[] shift = new float[SIDE];
    private final float[] along = new float[SIDE];
    private final float[] scales = new float[SIDE];

    /** Results of the softmax' gradient; of a tile on the diagonal, what is not seen stays zero. */
    private record Tiles(MemorySegment p, MemorySegment ds, MemorySegment dsRows) {
        static final int PARTS = 3;

        static Tiles of(Places places) {
            Tiles tiles = new Tiles(
                    places.next(TileAttention.TILE / 2),
                    places.next(TileAttention.TILE / 2),
                    places.next(TileAttention.TILE / 2));
            tiles.dsRows.fill((byte) 0);
            tiles.clear(0);
            return tiles;
        }

        /** Pairs from a row on: what a last block of queries lacks. */
        void clear(int row) {
            if (row == SIDE) {
                return;
            }
            p.asSlice((long) row / 2 * SIDE * Integer.BYTES).fill((byte) 0);
            ds.asSlice((long) row / 2 * SIDE * Integer.BYTES).fill((byte) 0);
        }
    }

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
        this.out = out;
        this.logSum = logSum;
        this.dOut = dOut;
        this.gradient = gradient;
        Arrays.fill(scales, shape.scale());
        Places places = new Places(memory);
        queries = places.next(shape.narrowBytes());
        above = places.next(shape.narrowBytes());
        turnedQueries = Matrix.of(places.next(shape.narrowBytes()), Element.BF16, shape.headDim(), SIDE);
        turnedAbove = Matrix.of(places.next(shape.narrowBytes()), Element.BF16, shape.headDim(), SIDE);
        dQueries = places.next(shape.wideBytes());
        scores = places.next(TOGETHER, TileAttention.TILE);
        dp = places.next(TileAttention.TILE);
        full = Stream.generate(() -> Tiles.of(places)).limit(TOGETHER).toArray(Tiles[]::new);
        diagonal = Tiles.of(places);
        turnedKeys = places.next(piece.blocks(), shape.narrowBytes());
        turnedValues = places.next(piece.blocks(), shape.narrowBytes());
        keys = places.next(piece.blocks(), shape.narrowBytes());
        dKeys = places.next(piece.blocks(), shape.wideBytes());
        dValues = places.next(piece.blocks(), shape.wideBytes());
    }

    static long bytes(TileAttention shape, long blocks) {
        return 4 * shape.narrowBytes()
                + shape.wideBytes()
                + (TOGETHER + 1) * (2 + Tiles.PARTS) * TileAttention.TILE / 2
                + blocks * (3 * shape.narrowBytes() + 2 * shape.wideBytes());
    }

    void run() {
        int keyHead = shape.heads() + piece.keyHead();
        int valueHead = keyHead + shape.keyHeads();
        for (int block = 0; block < piece.blocks(); block++) {
            Matrix k = shape.block(qkv, keyHead, piece, block);
            shape.pairTurned(k, turnedKeys[block]);
            shape.pair(k, keys[block]);
            shape.pairTurned(shape.block(qkv, valueHead, piece, block), turnedValues[block]);
            dKeys[block].fill((byte) 0);
            dValues[block].fill((byte) 0);
        }
        for (int i = 0; i < shape.group(); i++) {
            for (int block = 0; block < piece.blocks(); block++) {
                queries(piece.keyHead() * shape.group() + i, block);
            }
        }
        for (int block = 0; block < piece.blocks(); block++) {
            put(dKeys[block], shape.scale(), shape.block(gradient, keyHead, piece, block));
            put(dValues[block], 1, shape.block(gradient, valueHead, piece, block));
        }
    }

    /** A block of queries of a head. */
    private void queries(int head, int block) {
        Matrix q = shape.filled(shape.block(qkv, head, piece, block), queries);
        Matrix dRows = shape.filled(shape.block(dOut, head, piece, block), above);
        shape.pack().turn(q, turnedQueries);
        shape.pack().turn(dRows, turnedAbove);
        rows(head, block);
        int rows = piece.rows(block) + piece.rows(block) % 2;
        dQueries.fill((byte) 0);
        for (int key = 0; key <= block; key += TOGETHER) {
            tiles(q, dRows, rows, block, key, Math.min(block + 1, key + TOGETHER));
        }
        shape.softmax().put(dQueries.address(), shape.stride(), scales, shape.block(gradient, head, piece, block));
    }

    /** What the softmax' gradient needs of each row; zero for a row too many. */
    private void rows(int head, int block) {
        int rows = piece.rows(block);
        shape.softmax().dots(shape.block(dOut, head, piece, block), shape.block(out, head, piece, block), along);
        long at = head * qkv.rows() + piece.start() + (long) block * SIDE;
        for (int r = 0; r < rows; r++) {
            shift[r] = -TileAttention.LOG2_E * Floats.get(logSum, at + r);
        }
        Arrays.fill(shift, rows, SIDE, 0);
        Arrays.fill(along, rows, SIDE, 0);
    }

    /** With blocks of keys from {@code first} to {@code last}, exclusive. */
    private void tiles(Matrix q, Matrix dRows, int rows, int block, int first, int last) {
        TileProduct tiles = shape.tiles();
        TileProduct.Shape product = shape.scores(q);
        for (int key = first; key < last; key++) {
            tiles.multiply(product, Addresses.of(q), turnedKeys[key].address(), scores[key - first].address(), false);
        }
        product = shape.scores(dRows);
        for (int key = first; key < last; key++) {
            tiles.multiply(product, Addresses.of(dRows), turnedValues[key].address(), dp.address(), false);
            boolean onDiagonal = key == block;
            Tiles made = onDiagonal ? diagonal : full[key - first];
            made.clear(rows);
            shape.softmax()
                    .gradients(
                            scores[key - first].address(),
                            dp.address(),
                            onDiagonal,
                            rows,
                            shape.scale() * TileAttention.LOG2_E,
                            shift,
                            along,
                            made.p.address(),
                            made.ds.address(),
                            made.dsRows.address());
        }
        product = shape.turned();
        for (int key = first; key < last; key++) {
            Tiles made = key == block ? diagonal : full[key - first];
            tiles.multiply(product, Addresses.of(turnedAbove), made.p.address(), dValues[key].address(), true);
            tiles.multiply(product, Addresses.of(turnedQueries), made.ds.address(), dKeys[key].address(), true);
        }
        product = shape.mixed();
        for (int key = first; key < last; key++) {
            Tiles made = key == block ? diagonal : full[key - first];
            tiles.multiply(product, made.dsRows.address(), keys[key].address(), dQueries.address(), true);
        }
    }

    /** Turned sums, back in rows. */
    private void put(MemorySegment sums, float factor, Matrix to) {
        Matrix narrow = Matrix.of(queries, Element.BF16, shape.headDim(), SIDE);
        shape.pack().put(Matrix.of(sums, Element.F32, shape.headDim(), SIDE), factor, false, narrow);
        if (to.rows() == SIDE) {
            shape.pack().turn(narrow, to);
        } else {
            Matrix all = new Matrix(above, Element.BF16, SIDE, shape.headDim(), shape.stride());
            shape.pack().turn(narrow, all);
            all.copyRows(0, to.rows(), to, 0);
        }
    }
}
