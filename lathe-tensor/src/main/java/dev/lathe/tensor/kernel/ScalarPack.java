package dev.lathe.tensor.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** {@link PackKernel} in plain Java, and the edges of matrices that vectors leave. */
record ScalarPack() implements PackKernel {
    private static final ValueLayout.OfShort BF16 = ValueLayout.JAVA_SHORT_UNALIGNED;
    private static final ValueLayout.OfInt PAIR = ValueLayout.JAVA_INT_UNALIGNED;

    @Override
    public void pair(Matrix matrix, MemorySegment pairs, long stride) {
        pair(matrix, 0, 0, pairs, stride);
    }

    /** From a row and a column on, the rows of pairs before them and what is left of that column being done. */
    static void pair(Matrix matrix, long row, long column, MemorySegment pairs, long stride) {
        for (long r = row; r < matrix.rows(); r += 2) {
            for (long c = column; c < matrix.columns(); c++) {
                set(pairs, r / 2 * stride + c, bits(matrix, r, c), bits(matrix, r + 1, c));
            }
        }
    }

    @Override
    public void pairTurned(Matrix matrix, MemorySegment pairs, long stride) {
        pairTurned(matrix, 0, 0, matrix.columns(), pairs, stride);
    }

    /** Rows from {@code row} on, of them the columns from {@code first}, which is even, to {@code last}, exclusive. */
    static void pairTurned(Matrix matrix, long row, long first, long last, MemorySegment pairs, long stride) {
        for (long r = row; r < matrix.rows(); r++) {
            for (long c = first; c < last; c += 2) {
                set(pairs, c / 2 * stride + r, bits(matrix, r, c), bits(matrix, r, c + 1));
            }
        }
    }

    @Override
    public void turn(Matrix matrix, Matrix turned) {
        turn(matrix, 0, 0, matrix.columns(), turned);
    }

    /** Rows of {@code turned} from {@code first} to {@code last}, exclusive, from column {@code row} on. */
    static void turn(Matrix matrix, long row, long first, long last, Matrix turned) {
        for (long c = first; c < last; c++) {
            for (long r = row; r < turned.columns(); r++) {
                turned.data().set(BF16, turned.offset(c, r), bits(matrix, r, c));
            }
        }
    }

    @Override
    public void put(Matrix sums, float factor, boolean add, Matrix out) {
        put(sums, factor, add, out, 0);
    }

    /** From a column on. */
    static void put(Matrix sums, float factor, boolean add, Matrix out, long column) {
        for (long r = 0; r < sums.rows(); r++) {
            for (long c = column; c < sums.columns(); c++) {
                float before = add ? out.get(r, c) : 0;
                out.set(r, c, add ? Math.fma(factor, sums.get(r, c), before) : factor * sums.get(r, c));
            }
        }
    }

    /** Zero outside of the matrix. */
    private static short bits(Matrix matrix, long row, long column) {
        return row < matrix.rows() && column < matrix.columns()
                ? matrix.data().get(BF16, matrix.offset(row, column))
                : 0;
    }

    private static void set(MemorySegment pairs, long index, short upper, short lower) {
        pairs.set(PAIR, index * Integer.BYTES, (upper & 0xFFFF) | lower << 16);
    }
}
