package dev.lathe.tensor.kernel;

import dev.lathe.tensor.kernel.LowRankBackward.Layer;
import dev.lathe.tensor.kernel.LowRankBackward.Rows;
import java.lang.foreign.MemorySegment;

/**
 * {@link LowRankBackward} of some rows on one thread. Goes through dy in slabs of columns that stay in the core's cache with their
 * share of W; sums of dx wait for the last one.
 *
 * @param weight pairs of W; likewise of B and A
 * @param dUps F32, sums that this part has for itself; likewise dDowns
 * @param memory {@link #BYTES}
 */
record LowRankPart(
        TileProduct tiles,
        PackKernel pack,
        Layer layer,
        SharedPairs weight,
        SharedPairs ups,
        SharedPairs downs,
        Matrix dUps,
        Matrix dDowns,
        MemorySegment memory) {
    /** Columns of dy in a slab, at most. */
    private static final long SLAB = 640;
    /** Sums of dx that wait, at most: for all of the columns where they are that few, otherwise for some runs of them. */
    private static final long SUMS = LowRankBackward.ROWS * 704;

    private static final long LOW = LowRankBackward.ROWS * (TallSum.FEW + ProductPart.LINE);
    private static final long LOW_SUMS_AT = SUMS * Float.BYTES;
    private static final long LOW_AT = LOW_SUMS_AT + LOW * Float.BYTES;
    private static final long TALL_AT = LOW_AT + LOW * Short.BYTES;

    static final long BYTES = TALL_AT + TallSum.BYTES;

    /**
     * @param dx of these rows
     * @param more whether the sums have rows before these in them
     */
    void add(Rows rows, Matrix dx, boolean more) {
        RowBlocks blocks = new RowBlocks(tiles, pack, rows.dy().rows());
        Matrix dLow = Matrix.of(memory.asSlice(LOW_AT), Element.BF16, rows.dy().rows(), layer.room());
        int together = Math.toIntExact(Math.max(1, SUMS / LowRankBackward.ROWS / weight.stride()));
        for (int run = 0; run < weight.runs(); run += together) {
            int end = Math.min(run + together, weight.runs());
            for (long from = 0; from < layer.out(); from += SLAB) {
                Matrix slab = rows.dy().slice(from, Math.min(SLAB, layer.out() - from));
                for (long row = 0; row < slab.rows(); row += RowBlocks.ROWS) {
                    if (run == 0) {
                        blocks.multiply(slab, row, ups.pairs(0, from), lowSums(), row, from > 0);
                    }
                    for (int each = run; each < end; each++) {
                        blocks.multiply(slab, row, weight.pairs(each, from), sums(each, run), row, from > 0);
                    }
                }
                if (run == 0) {
                    tall(dUps).add(used(rows.low()), slab, from, more);
                }
            }
            if (run == 0) {
                blocks.put(lowSums(), layer.scaling(), false, dLow);
            }
            for (int each = run; each < end; each++) {
                blocks.multiply(dLow, downs.pairs(each, 0), sums(each, run), true);
                blocks.put(sums(each, run), 1, false, dx.slice(each * weight.step(), weight.columns(each)));
            }
        }
        tall(dDowns).add(used(dLow), rows.x(), 0, more);
    }

    private Matrix used(Matrix low) {
        return low.slice(0, layer.rank());
    }

    private TallSum tall(Matrix sums) {
        return new TallSum(tiles, pack, sums, memory.asSlice(TALL_AT));
    }

    /** Those of a run of columns, where those of {@code first} are the first. */
    private Matrix sums(int run, int first) {
        long at = (run - first) * LowRankBackward.ROWS * weight.stride() * Float.BYTES;
        return new Matrix(memory.asSlice(at), Element.F32, LowRankBackward.ROWS, weight.columns(run), weight.stride());
    }

    private Matrix lowSums() {
        MemorySegment at = memory.asSlice(LOW_SUMS_AT);
        return new Matrix(at, Element.F32, LowRankBackward.ROWS, layer.room(), ups.stride());
    }
}
