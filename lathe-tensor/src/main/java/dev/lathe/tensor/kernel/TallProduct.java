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
    /** Panels of a part; more of them where there would be more than {@value #MOST_PARTS} parts, each of which has sums. */
    private static final long PANELS = 3;

    private static final long MOST_PARTS = 16;
    private static final long MOST_COLUMNS = 4096;

    static final long SUM_BYTES = TallSum.FEW * (MOST_COLUMNS + ProductPart.LINE) * Float.BYTES;

    /** Whether there are many rows, and few numbers in the result. */
    static boolean suits(Matrix a, Matrix b) {
        return a.columns() <= TallSum.FEW && a.rows() >= 2 * TallSum.PANEL && b.columns() <= MOST_COLUMNS;
    }

    /** out = factor · aᵀ b, or out += factor · aᵀ b where {@code add} says so; rounded once. */
    void multiply(Matrix a, Matrix b, float factor, boolean add, Matrix out) {
        long least = PANELS * TallSum.PANEL;
        RowParts parts = new RowParts(a.rows(), Math.max(least, Grid.step(a.rows(), MOST_PARTS, TallSum.PANEL)));
        long stride = ProductPart.oddLines(b.columns());
        List<MemorySegment> all =
                IntStream.range(0, parts.count()).mapToObj(part -> sums.take()).toList();
        try {
            List<Matrix> shares = all.stream()
                    .map(memory -> new Matrix(memory, Element.F32, out.rows(), out.columns(), stride))
                    .toList();
            parts.run(workers, (part, first, last) -> addUp(a, b, first, last - first, shares.get(part)));
            TallSum.put(pack, workers, shares, factor, add, out);
        } finally {
            all.forEach(sums::give);
        }
    }

    private void addUp(Matrix a, Matrix b, long first, long count, Matrix share) {
        MemorySegment memory = packed.take();
        try {
            new TallSum(tiles, pack, share, memory)
                    .add(a.part(first, count, 0, a.columns()), b.part(first, count, 0, b.columns()), 0, false);
        } finally {
            tiles.release();
            packed.give(memory);
        }
    }
}
