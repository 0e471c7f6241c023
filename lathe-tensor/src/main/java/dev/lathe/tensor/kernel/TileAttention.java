package dev.lathe.tensor.kernel;

import java.lang.foreign.MemorySegment;

/**
 * Causal attention of BF16 heads and its gradient in tiles that stay in a core's cache, after FlashAttention (Dao et al. 2022,
 * arXiv:2205.14135; the gradient from one logsumexp a query and the products of the rows of dOut and out). Work is cut into
 * one key head of a segment, with the query heads that share it, on the calling thread; such pieces do not touch each
 * other's numbers. All products come in a few shapes whatever the lengths, since a {@link TileProduct} prepares for each
 * shape anew. Memory grows with the length of a segment, not with its square.
 *
 * @param headDim even
 * @param scale what q·k is multiplied by, positive
 */
public record TileAttention(
        TileProduct tiles,
        PackKernel pack,
        TileSoftmaxKernel softmax,
        int heads,
        int keyHeads,
        int headDim,
        float scale) {
    static final int SIDE = TileSoftmaxKernel.SIDE;
    /** Bytes of a tile of F32 numbers; one of BF16 has half of them. */
    static final long TILE = (long) SIDE * SIDE * Float.BYTES;

    /**
     * Blocks of keys, and at most query heads, that go through each product together: a long inner side costs a third less, and
     * a change from one kernel to another as much as using it.
     */
    static final int TOGETHER = 4;

    private static final int LINE = 16; // numbers, or pairs, so that rows begin a cache line
    static final float LOG2_E = Exp.LOG2_E;

    /** @throws IllegalArgumentException for an odd headDim, or heads that key heads cannot share */
    public TileAttention {
        if (keyHeads < 1 || heads % keyHeads != 0 || heads < 1 || headDim < 2 || headDim % 2 != 0) {
            throw new IllegalArgumentException("no heads: %d, %d key heads of %d".formatted(heads, keyHeads, headDim));
        }
    }

    /**
     * Some rows of the matrices, and a key head.
     *
     * @param start first row of the segment
     * @param length rows, at least 1
     */
    public record Piece(long start, int length, int keyHead) {
        int blocks() {
            return Math.ceilDiv(length, SIDE);
        }

        /** Rows of a block. */
        int rows(int block) {
            return Math.min(SIDE, length - block * SIDE);
        }

        boolean isWhole(int block) {
            return rows(block) == SIDE;
        }
    }

    /** Bytes that a piece of this length needs for itself. */
    public long forwardBytes(int length) {
        return TileAttentionForward.bytes(this, Math.ceilDiv(length, SIDE));
    }

    public long backwardBytes(int length) {
        return TileAttentionBackward.bytes(this, Math.ceilDiv(length, SIDE));
    }

    /**
     * Writes the piece's part of the result.
     *
     * @param qkv [tokens, (heads + 2 · keyHeads) · headDim]: queries, keys and values
     * @param out [tokens, heads · headDim]
     * @param logSum F32 [heads, tokens]: a logsumexp a query
     * @param memory {@link #forwardBytes}, at the beginning of a cache line; its content does not matter
     */
    public void forward(Piece piece, Matrix qkv, Matrix out, MemorySegment logSum, MemorySegment memory) {
        requireShapes(qkv, out, logSum);
        try {
            new TileAttentionForward(this, piece, qkv, out, logSum, memory).run();
        } finally {
            tiles.release();
        }
    }

    /**
     * Writes the piece's part of the gradient of qkv.
     *
     * @param memory {@link #backwardBytes}
     */
    public void backward(
            Piece piece,
            Matrix qkv,
            Matrix out,
            MemorySegment logSum,
            Matrix dOut,
            Matrix gradient,
            MemorySegment memory) {
        requireShapes(qkv, out, logSum);
        requireShapes(gradient, dOut, logSum);
        try {
            new TileAttentionBackward(this, piece, qkv, out, logSum, dOut, gradient, memory).run();
        } finally {
            tiles.release();
        }
    }

    private void requireShapes(Matrix qkv, Matrix out, MemorySegment logSum) {
        Floats.require(logSum, heads * qkv.rows());
        if (qkv.element() != Element.BF16
                || out.element() != Element.BF16
                || qkv.rows() != out.rows()
                || qkv.columns() != (heads + 2L * keyHeads) * headDim
                || out.columns() != (long) heads * headDim) {
            throw new IllegalArgumentException(qkv + " and " + out + " for " + this);
        }
    }

    int group() {
        return heads / keyHeads;
    }

    /** From one row of a head's numbers to the next where they stand alone. */
    long stride() {
        return (long) Math.ceilDiv(headDim, LINE) * LINE;
    }

    /** Bytes of a block's rows of a head as pairs, or as rows of BF16. */
    long narrowBytes() {
        return SIDE * stride() * Short.BYTES;
    }

    /** Bytes of a block's rows of a head as F32. */
    long wideBytes() {
        return SIDE * stride() * Float.BYTES;
    }

    /** Of pieces of {@link #narrowBytes}. */
    MemorySegment narrow(MemorySegment all, int index) {
        return all.asSlice(index * narrowBytes(), narrowBytes());
    }

    /** Of pieces of {@link #wideBytes}. */
    MemorySegment wide(MemorySegment all, int index) {
        return all.asSlice(index * wideBytes(), wideBytes());
    }

    /** A block of head {@code head} of a matrix of heads side by side: as it stands. */
    Matrix block(Matrix heads, int head, Piece piece, int block) {
        return heads.part(piece.start() + (long) block * SIDE, piece.rows(block), (long) head * headDim, headDim);
    }

    /** The same, as many rows as a tile has: where there are fewer, a copy with zeros below them. */
    Matrix filled(Matrix block, MemorySegment copy) {
        if (block.rows() == SIDE) {
            return block;
        }
        Matrix filled = new Matrix(copy.fill((byte) 0), Element.BF16, SIDE, headDim, stride());
        block.copyRows(0, block.rows(), filled, 0);
        return filled;
    }

    /** Scores of queries times turned keys, or of the gradient's rows times turned values. */
    TileProduct.Shape scores(Matrix rows) {
        return new TileProduct.Shape(SIDE, SIDE, headDim, rows.rowStride(), SIDE, SIDE);
    }

    /** Some tiles side by side, of {@value #TOGETHER}, times rows of a head. */
    TileProduct.Shape mixed(int count) {
        return new TileProduct.Shape(SIDE, headDim, (long) count * SIDE, TOGETHER * SIDE, stride(), stride());
    }

    /** Turned rows of some heads side by side times tiles one below the other. */
    TileProduct.Shape turned(int count) {
        long inner = (long) count * SIDE;
        return new TileProduct.Shape(headDim, SIDE, inner, inner, SIDE, SIDE);
    }

    /** Pairs of a block's rows, turned: [headDim / 2, 64]. */
    void pairTurned(Matrix block, MemorySegment pairs) {
        if (block.rows() < SIDE) {
            pairs.fill((byte) 0);
        }
        pack.pairTurned(block, pairs, SIDE);
    }

    /** Pairs of a block's rows: [32, headDim]. */
    void pair(Matrix block, MemorySegment pairs) {
        if (block.rows() < SIDE) {
            pairs.fill((byte) 0);
        }
        pack.pair(block, pairs, stride());
    }
}
