package dev.lathe.tensor.kernel;

import dev.lathe.tensor.kernel.TileAttention.Piece;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.stream.Stream;

/** What {@link TileAttentionBackward} needs of a block of queries of some heads that share a key head. */
final class TileQueries {
    private static final int SIDE = TileAttention.SIDE;

    private final TileAttention shape;
    private final Piece piece;
    private final Matrix qkv;
    private final Matrix out;
    private final MemorySegment logSum;
    private final Matrix dOut;
    private final Head[] heads;
    private final MemorySegment turnedRows;
    private final MemorySegment turnedAbove;
    private int first;
    private int count;
    private int block;

    /** Of one head: copies of the last rows, and the vectors of the softmax' gradient. */
    private static final class Head {
        private final MemorySegment rowsCopy;
        private final MemorySegment aboveCopy;
        private final float[] shift = new float[SIDE];
        private final float[] along = new float[SIDE];
        private Matrix rows;
        private Matrix above;

        Head(TileAttention shape, Matrix qkv, Matrix dOut, Places places) {
            rowsCopy = places.next(shape.narrowBytes());
            aboveCopy = places.next(shape.narrowBytes());
            rows = qkv;
            above = dOut;
        }
    }

    TileQueries(
            TileAttention shape,
            Piece piece,
            Matrix qkv,
            Matrix out,
            MemorySegment logSum,
            Matrix dOut,
            Places places) {
        this.shape = shape;
        this.piece = piece;
        this.qkv = qkv;
        this.out = out;
        this.logSum = logSum;
        this.dOut = dOut;
        int most = most(shape);
        heads = Stream.generate(() -> new Head(shape, qkv, dOut, places))
                .limit(most)
                .toArray(Head[]::new);
        turnedRows = places.next(most * shape.narrowBytes());
        turnedAbove = places.next(most * shape.narrowBytes());
    }

    private static int most(TileAttention shape) {
        return Math.min(shape.group(), TileAttention.TOGETHER);
    }

    static long bytes(TileAttention shape) {
        return Places.bytes(2L * most(shape), shape.narrowBytes()) + Places.bytes(2, most(shape) * shape.narrowBytes());
    }

    /** Goes on to another block, or to other heads. */
    void take(int firstHead, int headCount, int ofBlock) {
        first = firstHead;
        count = headCount;
        block = ofBlock;
        for (int h = 0; h < count; h++) {
            Head head = heads[h];
            head.rows = shape.filled(shape.block(qkv, first + h, piece, block), head.rowsCopy);
            head.above = shape.filled(shape.block(dOut, first + h, piece, block), head.aboveCopy);
            shape.pack().turn(head.rows, turned(turnedRows, h));
            shape.pack().turn(head.above, turned(turnedAbove, h));
            vectors(first + h, head);
        }
    }

    private Matrix turned(MemorySegment all, int h) {
        return Matrix.of(all, Element.BF16, shape.headDim(), (long) count * SIDE)
                .slice((long) h * SIDE, SIDE);
    }

    /** Zero for a row too many. */
    private void vectors(int head, Head to) {
        int rows = piece.rows(block);
        shape.softmax().dots(shape.block(dOut, head, piece, block), shape.block(out, head, piece, block), to.along);
        long at = head * qkv.rows() + piece.start() + (long) block * SIDE;
        for (int r = 0; r < rows; r++) {
            to.shift[r] = -TileAttention.LOG2_E * Floats.get(logSum, at + r);
        }
        Arrays.fill(to.shift, rows, SIDE, 0);
        Arrays.fill(to.along, rows, SIDE, 0);
    }

    int count() {
        return count;
    }

    int head(int h) {
        return first + h;
    }

    /** Rows that there are, and one more if they are odd. */
    int evenRows() {
        return piece.rows(block) + piece.rows(block) % 2;
    }

    /** Queries, [64, headDim]. */
    Matrix rows(int h) {
        return heads[h].rows;
    }

    /** The result's gradient, [64, headDim]. */
    Matrix above(int h) {
        return heads[h].above;
    }

    float[] shift(int h) {
        return heads[h].shift;
    }

    float[] along(int h) {
        return heads[h].along;
    }

    /** BF16 [headDim, heads · 64] */
    long turnedRows() {
        return turnedRows.address();
    }

    long turnedAbove() {
        return turnedAbove.address();
    }
}
