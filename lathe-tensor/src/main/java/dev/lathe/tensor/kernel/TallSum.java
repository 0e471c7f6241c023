package dev.lathe.tensor.kernel;

import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * aᵀ b of BF16 matrices whose rows come run after run, on one thread; a has few columns.
 *
 * @param sums F32, columns of a times those of b
 * @param memory {@link #BYTES}
 */
record TallSum(TileProduct tiles, PackKernel pack, Matrix sums, MemorySegment memory) {
    /** Columns of a, at most. */
    static final long FEW = 64;
    /** Rows that are packed at a time. */
    static final long PANEL = 128;

    /** Columns of b that are packed at a time. */
    private static final long TOGETHER = 768;

    private static final long STRIDE = TOGETHER + ProductPart.LINE;
    private static final long PAIRS = PANEL / 2 * STRIDE * Integer.BYTES;

    /** Inner lengths are filled up to so many: for each one {@link TileProduct} prepares anew. */
    private static final long STEP = 32;

    static final long BYTES = PAIRS + FEW * PANEL * Short.BYTES;

    /**
     * sums[, column...] = aᵀ b, or += where {@code more} says so.
     *
     * @param column of the sums where those of b begin
     */
    void add(Matrix a, Matrix b, long column, boolean more) {
        for (long row = 0; row < a.rows(); row += PANEL) {
            long rows = Math.min(PANEL, a.rows() - row);
            long inner = Math.ceilDiv(rows, STEP) * STEP;
            Matrix turned = turned(a.part(row, rows, 0, a.columns()), inner);
            for (long from = 0; from < b.columns(); from += TOGETHER) {
                long columns = Math.min(TOGETHER, b.columns() - from);
                pair(b.part(row, rows, from, columns), inner);
                tiles.multiply(
                        new TileProduct.Shape(a.columns(), columns, inner, inner, STRIDE, sums.rowStride()),
                        Addresses.of(turned),
                        memory.address(),
                        Addresses.of(sums) + sums.offset(0, column + from),
                        more || row > 0);
            }
        }
    }

    /** The first rows' transpose, with zeros behind. */
    private Matrix turned(Matrix rows, long inner) {
        Matrix turned = Matrix.of(memory.asSlice(PAIRS), Element.BF16, rows.columns(), inner);
        long even = rows.rows() + rows.rows() % 2;
        for (long i = 0; even < inner && i < turned.rows(); i++) {
            turned.clear(i, even);
        }
        pack.turn(rows, turned.slice(0, even));
        return turned;
    }

    private void pair(Matrix rows, long inner) {
        pack.pair(rows, memory, STRIDE);
        long filled = Math.ceilDiv(rows.rows(), 2) * STRIDE * Integer.BYTES;
        memory.asSlice(filled, inner / 2 * STRIDE * Integer.BYTES - filled).fill((byte) 0);
    }

    /** out = factor · the sum of the shares, from the first to the last, or += where {@code add} says so; rounded once. */
    static void put(PackKernel pack, Workers workers, List<Matrix> shares, float factor, boolean add, Matrix out) {
        RowParts.of(out.columns(), out.rows()).run(workers, (part, from, to) -> {
            Matrix sum = shares.getFirst().slice(from, to - from);
            shares.stream().skip(1).forEach(share -> pack.put(share.slice(from, to - from), 1, true, sum));
            pack.put(sum, factor, add, out.slice(from, to - from));
        });
    }
}
