package dev.lathe.tensor.kernel;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.stream.IntStream;

/**
 * aᵀ b for BF16 matrices of many rows, the first with few columns: the gradient of a low-rank factor. Its parts are runs of
 * rows, so that what is large is read once and row after row: 12 GB/s, where columns of cold rows come at 6. Each part has sums of
 * its own, and the parts depend on the shape alone; they are added up from the first to the last.
 */
record TallProduct(TileProduct tiles, PackKernel pack, Workers workers, Scratch packed, Scratch sums) {
    /** Rows that are packed at a time. */
    private static final long PANEL = 128;
    /** Columns of the first matrix, at most. */
    private static final long FEW = 64;
    /** Panels of a part; more of them where there would be more than {@value #MOST_PARTS} parts, each of which has sums. */
    private static final long PANELS = 3;

    private static final long MOST_PARTS = 16;

    /** Columns of the second matrix that are packed at a time. */
    private static final long TOGETHER = 768;

    private static final long MOST_COLUMNS = 4096;

    /** Whether there are many rows, and few numbers in the result. */
    static boolean suits(Matrix a, Matrix b) {
        return a.columns() <= FEW && a.rows() >= 2 * PANEL && b.columns() <= MOST_COLUMNS;
    }

    static final long SUM_BYTES = FEW * (MOST_COLUMNS + ProductPart.LINE) * Float.BYTES;

    /** out = factor · aᵀ b, or out += factor · aᵀ b where {@code add} says so; rounded once. */
    void multiply(Matrix a, Matrix b, float factor, boolean add, Matrix out) {
        RowParts parts = new RowParts(a.rows(), Math.max(PANELS * PANEL, Grid.step(a.rows(), MOST_PARTS, PANEL)));
        long stride = ProductPart.oddLines(b.columns());
        List<MemorySegment> all =
                IntStream.range(0, parts.count()).mapToObj(part -> sums.take()).toList();
        try {
            parts.run(workers, (part, first, last) -> addUp(a, b, first, last, stride, all.get(part)));
            List<Matrix> shares = all.stream()
                    .map(memory -> new Matrix(memory, Element.F32, out.rows(), out.columns(), stride))
                    .toList();
            RowParts.of(out.columns(), out.rows())
                    .run(workers, (index, from, to) -> put(shares, from, to - from, factor, add, out));
        } finally {
            all.forEach(sums::give);
        }
    }

    private void addUp(Matrix a, Matrix b, long first, long last, long stride, MemorySegment own) {
        MemorySegment memory = packed.take();
        try {
            MemorySegment pairs = memory.asSlice(0, PANEL / 2 * (TOGETHER + ProductPart.LINE) * Integer.BYTES);
            MemorySegment turned = memory.asSlice(pairs.byteSize());
            for (long row = first; row < last; row += PANEL) {
                long rows = Math.min(PANEL, last - row);
                long even = rows + rows % 2;
                pack.turn(a.part(row, rows, 0, a.columns()), Matrix.of(turned, Element.BF16, a.columns(), even));
                for (long column = 0; column < b.columns(); column += TOGETHER) {
                    long columns = Math.min(TOGETHER, b.columns() - column);
                    pack.pair(b.part(row, rows, column, columns), pairs, TOGETHER + ProductPart.LINE);
                    tiles.multiply(
                            new TileProduct.Shape(
                                    a.columns(), columns, even, even, TOGETHER + ProductPart.LINE, stride),
                            turned.address(),
                            pairs.address(),
                            own.address() + column * Float.BYTES,
                            row > first);
                }
            }
        } finally {
            tiles.release();
            packed.give(memory);
        }
    }

    private void put(List<Matrix> shares, long from, long count, float factor, boolean add, Matrix out) {
        Matrix sum = shares.getFirst().slice(from, count);
        shares.stream().skip(1).forEach(share -> pack.put(share.slice(from, count), 1, true, sum));
        pack.put(sum, factor, add, out.slice(from, count));
    }
}
