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
 * @param packed whether the memory has the columns packed from a part before this one
 */
record ProductPart(
        TileProduct tiles,
        PackKernel pack,
        List<Term> sum,
        float factor,
        boolean add,
        Matrix out,
        MemorySegment memory,
        boolean packed) {
    private static final long ROWS = RowBlocks.ROWS;
    /** Numbers of a matrix that are packed at a time, at most. */
    static final long PACKED = 480 << 10;
    /** The same where that is not all of them. */
    private static final long SLAB = 384 << 10;
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

    /** Whether the memory has all of the columns packed afterwards. */
    boolean run() {
        List<List<Slab>> slabs = slabs();
        boolean single = slabs.size() == 1;
        long group = single ? out.rows() : SUMS / stride() / ROWS * ROWS;
        for (long first = 0; first < out.rows(); first += group) {
            long count = Math.min(group, out.rows() - first);
            for (List<Slab> together : slabs) {
                if (!packed) {
                    together.forEach(this::packColumns);
                }
                boolean more = together != slabs.getFirst();
                boolean last = together == slabs.getLast();
                run(first, count, together, single, more, last);
            }
        }
        return single;
    }

    private void run(long first, long count, List<Slab> together, boolean single, boolean more, boolean last) {
        List<Matrix> left =
                together.stream().map(slab -> rows(first, count, slab)).toList();
        RowBlocks blocks = new RowBlocks(tiles, pack, count);
        Matrix sums = sums(single ? 1 : count);
        for (long row = 0; row < count; row += ROWS) {
            long at = single ? 0 : row;
            for (int i = 0; i < left.size(); i++) {
                blocks.multiply(left.get(i), row, pairs(together.get(i)), sums, at, more || i > 0);
            }
            if (last) {
                blocks.put(sums, at, factor, add, out.part(first, count, 0, out.columns()), row);
            }
        }
    }

    /** Those that are packed together in one list; a turned matrix keeps to itself. */
    private List<List<Slab>> slabs() {
        boolean turned = sum.stream().anyMatch(term -> term.a().turned());
        long width = turned ? Math.max(stride(), out.rows()) : stride();
        long inner = sum.stream().mapToLong(term -> term.a().columns()).sum();
        long most = (inner * width <= PACKED ? PACKED : SLAB) / width / (4 * LINE) * (4 * LINE);
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

    private Matrix sums(long rows) {
        return new Matrix(memory.asSlice(FIRST_SUM), Element.F32, RowBlocks.sumRows(rows), out.columns(), stride());
    }

    private RowBlocks.Pairs pairs(Slab slab) {
        return new RowBlocks.Pairs(place(slab).address(), stride());
    }

    private MemorySegment place(Slab slab) {
        return memory.asSlice(slab.at() / 2 * stride() * Integer.BYTES);
    }

    private void packColumns(Slab slab) {
        Factor b = slab.term().b();
        Matrix right = b.cut(slab.from(), slab.length(), 0, out.columns());
        if (b.turned()) {
            pack.pairTurned(right, place(slab), stride());
        } else {
            pack.pair(right, place(slab), stride());
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
}
