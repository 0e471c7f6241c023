package dev.lathe.tensor.kernel;

/**
 * How a product is cut into parts for threads. Each part packs what it needs of the matrices for itself, so the fewer times one
 * has to be packed, the better; and there should be as many parts for each thread.
 *
 * @param rowStep rows a part, a multiple of {@value #ROWS} unless there is one part of all
 * @param columnStep columns a part, likewise of {@value #COLUMNS}
 */
record Grid(long rows, long columns, long rowStep, long columnStep) {
    static final long ROWS = 64;
    static final long COLUMNS = 16;

    private static final long LEAST = 128;
    /** Columns of a part where the inner length is long, and where it is short: more would not stay in the second cache. */
    private static final long COLUMNS_OF_LONG = 192;

    private static final long COLUMNS_OF_SHORT = 512;
    /** Where the first matrix is turned, which costs more than pairing the second one does. */
    private static final long TURNED_ROWS = 384;

    private static final long TURNED_COLUMNS = 640;

    /**
     * @param packed numbers of the second matrix that a part packs at a time
     * @param turned whether the first matrix has to be turned
     */
    static Grid of(long rows, long columns, long inner, long packed, boolean turned, int threads) {
        if (turned && rows > TURNED_ROWS / 2) {
            long columnRuns = Math.ceilDiv(columns, TURNED_COLUMNS);
            return of(rows, columns, cut(rows, TURNED_ROWS, 1, columnRuns, threads)[0], columnRuns);
        }
        long widest = Math.clamp(packed / inner, COLUMNS_OF_LONG, COLUMNS_OF_SHORT);
        long[] cut = cut(columns, widest, Math.max(1, rows / (2 * LEAST)), 1, threads);
        return of(rows, columns, cut[1], cut[0]);
    }

    /** Runs of at most {@code size}, at least {@value #LEAST}, and runs of the other side: as few of those as share out evenly. */
    private static long[] cut(long length, long size, long mostOthers, long others, int threads) {
        long least = Math.ceilDiv(length, size);
        long most = Math.max(least, length / LEAST);
        for (long other = others; other <= Math.max(others, mostOthers); other++) {
            for (long runs = least; runs <= most; runs++) {
                long parts = runs * other;
                if (parts % threads == 0 && parts >= 2L * threads) {
                    return new long[] {runs, other};
                }
            }
        }
        return new long[] {threads == 1 ? least : most, Math.max(others, Math.min(mostOthers, threads))};
    }

    private static Grid of(long rows, long columns, long rowRuns, long columnRuns) {
        return new Grid(rows, columns, step(rows, rowRuns, ROWS), step(columns, columnRuns, COLUMNS));
    }

    /** The length of each of {@code runs} runs but perhaps the last: whole units. */
    static long step(long length, long runs, long unit) {
        return Math.ceilDiv(Math.ceilDiv(length, unit), runs) * unit;
    }

    private long rowRuns() {
        return Math.ceilDiv(rows, rowStep);
    }

    int parts() {
        return Math.toIntExact(rowRuns() * Math.ceilDiv(columns, columnStep));
    }

    /** Rows from {@code row}, columns from {@code column} on. */
    record Part(long row, long rows, long column, long columns) {}

    Part part(int index) {
        long row = index % rowRuns() * rowStep;
        long column = index / rowRuns() * columnStep;
        return new Part(row, Math.min(rowStep, rows - row), column, Math.min(columnStep, columns - column));
    }
}
