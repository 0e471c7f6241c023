package dev.lathe.tensor.kernel;

import java.util.ArrayList;
import java.util.List;

/**
 * How a product is cut into parts for threads: runs of rows of runs of columns. The columns of the second matrix have to be packed
 * for a part, unless the thread has them packed from the part before. So each thread is meant to go down one run of columns
 * before it takes another, and helps with the others' at the end.
 *
 * @param rowStep rows a part, a multiple of {@value #ROWS} unless there is one part of all
 * @param columnStep columns a part, likewise of {@value #COLUMNS}
 */
record Grid(long rows, long columns, long rowStep, long columnStep, int threads) {
    static final long ROWS = 64;
    static final long COLUMNS = 16;

    private static final long LEAST = 128;
    /** Columns of a part where the inner length is long, and where it is short: more would not stay in the second cache. */
    private static final long COLUMNS_OF_LONG = 192;

    private static final long COLUMNS_OF_SHORT = 512;
    /** Where the first matrix is turned, which costs more than pairing the second one does. */
    private static final long TURNED_ROWS = 384;

    private static final long TURNED_COLUMNS = 640;
    /** Rows of a part at least, where there are several parts of the same columns. */
    private static final long LEAST_ROWS = 2 * LEAST;
    /** Parts a thread that are enough for it to be seldom without one. */
    private static final long MANY = 4;

    /**
     * @param packed numbers of the second matrix that a part packs at a time
     * @param turned whether the first matrix has to be turned
     */
    static Grid of(long rows, long columns, long inner, long packed, boolean turned, int threads) {
        if (turned && rows > TURNED_ROWS / 2) {
            long columnRuns = Math.ceilDiv(columns, TURNED_COLUMNS);
            return of(rows, columns, cut(rows, TURNED_ROWS, 2, 1, columnRuns, threads)[0], columnRuns, threads);
        }
        long widest = Math.clamp(packed / inner, COLUMNS_OF_LONG, COLUMNS_OF_SHORT);
        boolean once = !turned && inner * widest <= packed; // each run of columns is packed as a whole
        if (once) {
            long columnRuns = cut(columns, widest, 1, 1, 1, threads)[0];
            long wanted = Math.ceilDiv(MANY * threads, columnRuns);
            return of(rows, columns, Math.clamp(wanted, 1, Math.max(1, rows / LEAST_ROWS)), columnRuns, threads);
        }
        long[] cut = cut(columns, widest, 2, Math.max(1, rows / LEAST_ROWS), 1, threads);
        return of(rows, columns, cut[1], cut[0], threads);
    }

    /**
     * Runs of at most {@code size}, at least {@value #LEAST}, and runs of the other side: as few of those as share out evenly.
     *
     * @param each parts for each thread, at least
     */
    private static long[] cut(long length, long size, long each, long mostOthers, long others, int threads) {
        long least = Math.ceilDiv(length, size);
        long most = Math.max(least, length / LEAST);
        for (long other = others; other <= Math.max(others, mostOthers); other++) {
            for (long runs = least; runs <= most; runs++) {
                long parts = runs * other;
                if (parts % threads == 0 && parts >= each * threads) {
                    return new long[] {runs, other};
                }
            }
        }
        return new long[] {threads == 1 ? least : most, Math.max(others, Math.min(mostOthers, threads))};
    }

    private static Grid of(long rows, long columns, long rowRuns, long columnRuns, int threads) {
        return new Grid(rows, columns, step(rows, rowRuns, ROWS), step(columns, columnRuns, COLUMNS), threads);
    }

    /** The length of each of {@code runs} runs but perhaps the last: whole units. */
    static long step(long length, long runs, long unit) {
        return Math.ceilDiv(Math.ceilDiv(length, unit), runs) * unit;
    }

    /** Rows from {@code row}, columns from {@code column} on. */
    record Part(long row, long rows, long column, long columns) {}

    /** In the order in which they are to be taken. */
    List<Part> parts() {
        List<Part> parts = new ArrayList<>();
        long together = threads * columnStep;
        for (long first = 0; first < columns; first += together) {
            for (long row = 0; row < rows; row += rowStep) {
                for (long column = first; column < Math.min(first + together, columns); column += columnStep) {
                    parts.add(new Part(
                            row, Math.min(rowStep, rows - row), column, Math.min(columnStep, columns - column)));
                }
            }
        }
        return parts;
    }
}
