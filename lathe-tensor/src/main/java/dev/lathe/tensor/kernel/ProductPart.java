package dev.lathe.tensor.kernel;

import dev.lathe.tensor.kernel.BlockedProduct.Factor;
import dev.lathe.tensor.kernel.BlockedProduct.Term;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * A part of a {@link BlockedProduct} on one thread. Goes through the inner length in slabs, as long as what is packed of them
 * fits; where there are several, sums wait for the last one.
 *
 * @param memory {@link #BYTES}
 */
record ProductPart(
        TileProduct tiles,
        PackKernel pack,
        List<Term> sum,
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

    /**
     * Some of the inner length of a term.
     *
     * @param at row of the packed columns where it begins
     */
    private record Slab(Term term, long from, long length, long at) {}

    void run() {
        List<List<Slab>> slabs = slabs();
        boolean single = slabs.size() == 1;
        long group = single ? out.rows() : SUMS / stride() / ROWS * ROWS;
        for (long first = 0; first < out.rows(); first += group) {
            long count = Math.min(group, out.rows() - first);
            for (List<Slab> together : slabs) {
                boolean more = together != slabs.getFirst();
                boolean last = together == slabs.getLast();
                together.forEach(this::packColumns);
                run(first, count, together, single, more, last);
            }
        }
    }

    private void run(long first, long count, List<Slab> together, boolean single, boolean more, boolean last) {
        List<Matrix> left =
                together.stream().map(slab -> rows(first, count, slab)).toList();
        for (long row = 0; row < count; row += ROWS) {
            long sums = single ? 0 : row;
            for (int i = 0; i < left.size(); i++) {
                block(left.get(i), together.get(i), row, sums, more || i > 0);
            }
            if (last) {
                put(first, count, row, sums);
            }
        }
    }

    /** Those that are packed together in one list; a turned matrix keeps to itself. */
    private List<List<Slab>> slabs() {
        boolean turned = sum.stream().anyMatch(term -> term.a().turned());
        long most = PACKED / (turned ? Math.max(stride(), out.rows()) : stride()) / (4 * LINE) * (4 * LINE);
        List<List<Slab>> all = new ArrayList<>();
        long used = most;
        for (Term term : sum) {
            for (long from = 0; from < term.a().columns(); from += most) {
                long length = Math.min(most, term.a().columns() - from);
                if (turned || used + length > most) {
                    all.add(new ArrayList<>());
                    used = 0;
                }
                all.getLast().add(new Slab(term, from, length, used));
                used += length + length % 2;
            }
        }
        return all;
    }

    private long stride() {
        return oddLines(out.columns());
    }

    /** From a row of so many pairs, or sums, to the next: an odd number of lines, for an even one crowds some sets of the cache. */
    static long oddLines(long numbers) {
        return (Math.ceilDiv(numbers, LINE) | 1) * LINE;
    }

    private MemorySegment pairs(Slab slab) {
        return memory.asSlice(slab.at() / 2 * stride() * Integer.BYTES);
    }

    private void packColumns(Slab slab) {
        Factor b = slab.term().b();
        Matrix right = b.cut(slab.from(), slab.length(), 0, out.columns());
        if (b.turned()) {
            pack.pairTurned(right, pairs(slab), stride());
        } else {
            pack.pair(right, pairs(slab), stride());
        }
    }

    /** Of the first matrix; with zeros at the end where that makes their number even. */
    private Matrix rows(long first, long count, Slab slab) {
        Factor a = slab.term().a();
        Matrix left = a.cut(first, count, slab.from(), slab.length());
        if (!a.turned()) {
            return left;
        }
        long even = slab.length() + slab.length() % 2;
        MemorySegment turned = memory.asSlice(PACKED * Short.BYTES, PACKED * Short.BYTES);
        Matrix rows = Matrix.of(turned, Element.BF16, count, even);
        pack.turn(left, rows);
        return rows;
    }

    private static long top(long row, long count) {
        return Math.max(0, Math.min(row, count - ROWS));
    }

    /** Sums of the block at {@code row}, at row {@code at} of the sums. */
    private void block(Matrix left, Slab slab, long row, long at, boolean more) {
        long piece = Grid.step(left.columns(), Math.ceilDiv(left.columns(), INNER), 2 * LINE);
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
            long pairs = pairs(slab).address() + k / 2 * stride() * Integer.BYTES;
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
