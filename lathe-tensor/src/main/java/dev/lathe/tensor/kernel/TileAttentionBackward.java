package dev.lathe.tensor.kernel;

import dev.lathe.tensor.kernel.TileAttention.Piece;
import java.lang.foreign.MemorySegment;

/**
 * A piece of {@link TileAttention}'s gradient. Keys' and values' gradients are gathered turned, [headDim, keys], for then
 * no tile has to be: the turned queries times a tile in pairs.
 */
final class TileAttentionBackward {
    private static final int SIDE = TileAttention.SIDE;

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
    private final MemorySegment scores;
    private final MemorySegment dp;
    private final Tiles full;
    private final Tiles diagonal;
    private final float[] shift = new float[SIDE];
    private final float[] along = new float[SIDE];

    /** Results of the softmax' gradient; of a tile on the diagonal, what is not seen stays zero. */
    private record Tiles(MemorySegment p, MemorySegment ds, MemorySegment dsRows) {
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
        Places places = new Places(memory);
        queries = places.next(shape.narrowBytes());
        above = places.next(shape.narrowBytes());
        turnedQueries = Matrix.of(places.next(shape.narrowBytes()), Element.BF16, shape.headDim(), SIDE);
        turnedAbove = Matrix.of(places.next(shape.narrowBytes()), Element.BF16, shape.headDim(), SIDE);
        dQueries = places.next(shape.wideBytes());
        scores = places.next(TileAttention.TILE);
        dp = places.next(TileAttention.TILE);
        full = Tiles.of(places);
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
                + 5 * TileAttention.TILE
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
        }
        for (int i = 0; i < shape.group(); i++) {
            for (int block = 0; block < piece.blocks(); block++) {
                queries(piece.keyHead() * shape.group() + i, block, i == 0);
            }
        }
        for (int block = 0; block < piece.blocks(); block++) {
            put(dKeys[block], shape.scale(), shape.block(gradient, keyHead, piece, block));
            put(dValues[block], 1, shape.block(gradient, valueHead, piece, block));
        }
    }

    /** A block of queries of a head; {@code first} of those that share the key head. */
    private void queries(int head, int block, boolean first) {
        Matrix q = shape.filled(shape.block(qkv, head, piece, block), queries);
        Matrix dRows = shape.filled(shape.block(dOut, head, piece, block), above);
        shape.pack().turn(q, turnedQueries);
        shape.pack().turn(dRows, turnedAbove);
        rows(head, block);
        int rows = piece.rows(block) + piece.rows(block) % 2;
        if (rows < SIDE) {
            full.clear(rows);
            diagonal.clear(rows);
        }
        for (int key = 0; key <= block; key++) {
            tile(q, dRows, rows, key, key == block, first && key == block);
        }
        shape.pack()
                .put(
                        new Matrix(dQueries, Element.F32, piece.rows(block), shape.headDim(), shape.stride()),
                        shape.scale(),
                        false,
                        shape.block(gradient, head, piece, block));
    }

    /** What the softmax' gradient needs of each row; zero for a row too many. */
    private void rows(int head, int block) {
        int rows = piece.rows(block);
        shape.softmax().dots(shape.block(dOut, head, piece, block), shape.block(out, head, piece, block), along);
        long at = head * qkv.rows() + piece.start() + (long) block * SIDE;
        for (int r = 0; r < rows; r++) {
            shift[r] = -TileAttention.LOG2_E * Floats.get(logSum, at + r);
        }
        java.util.Arrays.fill(shift, rows, SIDE, 0);
        java.util.Arrays.fill(along, rows, SIDE, 0);
    }

    /** @param fresh whether nothing was added to the gradients of these keys yet */
    private void tile(Matrix q, Matrix dRows, int rows, int key, boolean onDiagonal, boolean fresh) {
        TileProduct tiles = shape.tiles();
        tiles.multiply(shape.scores(q), q.data().address(), turnedKeys[key].address(), scores.address(), false);
        tiles.multiply(shape.scores(dRows), dRows.data().address(), turnedValues[key].address(), dp.address(), false);
        Tiles made = onDiagonal ? diagonal : full;
        shape.softmax()
                .gradients(
                        scores,
                        dp,
                        onDiagonal,
                        rows,
                        shape.scale() * TileAttention.LOG2_E,
                        shift,
                        along,
                        made.p,
                        made.ds,
                        made.dsRows);
        tiles.multiply(shape.turned(), turnedAbove.data().address(), made.p.address(), dValues[key].address(), !fresh);
        tiles.multiply(shape.turned(), turnedQueries.data().address(), made.ds.address(), dKeys[key].address(), !fresh);
        tiles.multiply(shape.mixed(), made.dsRows.address(), keys[key].address(), dQueries.address(), key > 0);
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
