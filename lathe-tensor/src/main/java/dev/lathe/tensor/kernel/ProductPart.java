package dev.lathe.tensor.kernel;

import dev.lathe.tensor.kernel.BlockedProduct.Factor;
import java.lang.foreign.MemorySegment;

/**
 * A part of a {@link BlockedProduct} on one thread. Goes through the inner length in slabs, as long as what is packed of them
 * fits; where there are several, sums wait for the last one.
 *
 * @param memory {@link #BYTES}
 */
record ProductPart(
        TileProduct tiles,
        PackKernel pack,
        Factor a,
        Factor b,
        float factor,
        boolean add,
        Matrix out,
        MemorySegment memory) {
    /** Rows of a block. The last one begins early instead of being lower, so that there are few kinds of blocks. */
    private static final long ROWS = Grid.ROWS;
    /** Inner length of a block, at most: a panel of 32 columns stays in the first cache. */
    private static final long INNER = 640;
    /** Numbers of a matrix that are packed at a time, at most. */
    static final long PACKED = 384 << 10;
    /** Sums that wait, at most. */
    private static final long SUMS = 256 << 10;
    /** Pairs, or sums, of a cache line. */
    static final long LINE = 16;

    private static final long FIRST_SUM = 2 * PACKED * Short.BYTES;

    static final long BYTES = FIRST_SUM + SUMS * Float.BYTES;

    void run() {
        long stride = stride();
        long slab = PACKED / (a.turned() ? Math.max(stride, out.rows()) : stride) / (4 * LINE) * (4 * LINE);
        boolean single = a.columns() <= slab;
        long group = single ? out.rows() : SUMS / stride / ROWS * ROWS;
        for (long first = 0; first < out.rows(); first += group) {
            long count = Math.min(group, out.rows() - first);
            for (long from = 0; from < a.columns(); from += slab) {
                long length = Math.min(slab, a.columns() - from);
                packColumns(from, length);
                Matrix left = rows(first, count, from, length);
                for (long row = 0; row < count; row += ROWS) {
                    long at = single ? 0 : row;
                    block(left, row, at, from > 0);
                    if (from + length == a.columns()) {
                        put(first, count, row, at);
                    }
                }
            }
        }
    }

    private long stride() {
        return oddLines(out.columns());
    }

    /** From a row of so many pairs, or sums, to the next: an odd number of lines, for an even one crowds some sets of the cache. */
    static long oddLines(long numbers) {
        return (Math.ceilDiv(numbers, LINE) | 1) * LINE;
    }

    private void packColumns(long from, long length) {
        Matrix right = b.cut(from, length, 0, out.columns());
        if (b.turned()) {
            pack.pairTurned(right, memory, stride());
        } else {
            pack.pair(right, memory, stride());
        }
    }

    /** Of the first matrix; with zeros at the end where that makes their number even. */
    private Matrix rows(long first, long count, long from, long length) {
        Matrix left = a.cut(first, count, from, length);
        if (!a.turned()) {
            return left;
        }
        long even = length + length % 2;
        MemorySegment turned = memory.asSlice(PACKED * Short.BYTES, PACKED * Short.BYTES);
        Matrix rows = Matrix.of(turned, Element.BF16, count, even);
        pack.turn(left, rows);
        return rows;
    }

    private static long top(long row, long count) {
        return Math.max(0, Math.min(row, count - ROWS));
    }

    /** Sums of the block at {@code row}, at row {@code at} of the sums. */
    private void block(Matrix left, long row, long at, boolean more) {
        long pieces = Math.ceilDiv(left.columns(), INNER);
        long piece = Math.ceilDiv(Math.ceilDiv(left.columns(), pieces), 2 * LINE) * 2 * LINE;
        long sums = memory.address() + FIRST_SUM + at * stride() * Float.BYTES;
        for (long k = 0; k < left.columns(); k += piece) {
            TileProduct.Shape shape = new TileProduct.Shape(
                    Math.min(ROWS, left.rows()),
                    out.columns(),
                    Math.min(piece, left.columns() - k),
                    left.rowStride(),
                    stride(),
                    stride());
            long rows = left.data().address() + left.offset(top(row, left.rows()), k);
            long pairs = memory.address() + k / 2 * stride() * Integer.BYTES;
            tiles.multiply(shape, rows, pairs, sums, more || k > 0);
        }
    }

    private void put(long first, long count, long row, long at) {
        long twice = row - top(row, count); // rows that the block before this one had
        long rows = Math.min(ROWS, count - row);
        long offset = FIRST_SUM + (at + twice) * stride() * Float.BYTES;
        Matrix sums = new Matrix(memory.asSlice(offset), Element.F32, rows, out.columns(), stride());
        pack.put(sums, factor, add, out.part(first + row, rows, 0, out.columns()));
    }
}
