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

    private static final long BLOCK = Grid.ROWS;
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
        Matrix dLow = Matrix.of(memory.asSlice(LOW_AT), Element.BF16, rows.dy().rows(), layer.room());
        int together = Math.toIntExact(Math.max(1, SUMS / LowRankBackward.ROWS / weight.stride()));
        for (int run = 0; run < weight.runs(); run += together) {
            int end = Math.min(run + together, weight.runs());
            for (long from = 0; from < layer.out(); from += SLAB) {
                Matrix slab = rows.dy().slice(from, Math.min(SLAB, layer.out() - from));
                if (run == 0) {
                    multiply(slab, ups, 0, from, lowSums(), from > 0);
                    tall(dUps).add(used(rows.low()), slab, from, more);
                }
                addProducts(slab, from, weight, run, end, from > 0);
            }
            if (run == 0) {
                putBlocks(lowSums(), layer.scaling(), dLow);
            }
            addProducts(dLow, 0, downs, run, end, true);
            for (int each = run; each < end; each++) {
                putBlocks(sums(each - run), 1, dx.slice(each * weight.step(), weight.columns(each)));
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

    private void addProducts(Matrix left, long row, SharedPairs right, int run, int end, boolean add) {
        for (int each = run; each < end; each++) {
            multiply(left, right, each, row, sums(each - run), add);
        }
    }

    private Matrix sums(int run) {
        long bytes = LowRankBackward.ROWS * weight.stride() * Float.BYTES;
        return new Matrix(
                memory.asSlice(run * bytes), Element.F32, LowRankBackward.ROWS, weight.step(), weight.stride());
    }

    private Matrix lowSums() {
        MemorySegment at = memory.asSlice(LOW_SUMS_AT);
        return new Matrix(at, Element.F32, LowRankBackward.ROWS, layer.room(), ups.stride());
    }

    /** sums = left × rows {@code row} and on of a run's pairs, or +=; block after block, of which the last one begins early. */
    private void multiply(Matrix left, SharedPairs right, int run, long row, Matrix sums, boolean add) {
        TileProduct.Shape shape = new TileProduct.Shape(
                Math.min(BLOCK, left.rows()),
                right.columns(run),
                left.columns(),
                left.rowStride(),
                right.stride(),
                sums.rowStride());
        for (long at = 0; at < left.rows(); at += BLOCK) {
            tiles.multiply(
                    shape,
                    Addresses.of(left) + left.offset(top(at, left.rows()), 0),
                    right.address(run, row),
                    Addresses.of(sums) + sums.offset(at, 0),
                    add);
        }
    }

    private void putBlocks(Matrix sums, float factor, Matrix out) {
        for (long at = 0; at < out.rows(); at += BLOCK) {
            long twice = at - top(at, out.rows()); // rows that the block before this one had
            long count = Math.min(BLOCK, out.rows() - at);
            pack.put(
                    sums.part(at + twice, count, 0, out.columns()),
                    factor,
                    false,
                    out.part(at, count, 0, out.columns()));
        }
    }

    private static long top(long row, long count) {
        return Math.max(0, Math.min(row, count - BLOCK));
    }
}
