package dev.lathe.tensor.kernel;

import java.lang.foreign.MemorySegment;

/**
 * A whole BF16 matrix in pairs ({@link PackKernel}) that all threads make together, in runs of columns as wide as stay in a
 * core's cache.
 *
 * @param step columns of a run
 * @param memory {@link #bytes}
 */
record SharedPairs(Matrix matrix, long step, MemorySegment memory) {
    private static final long WIDEST = 512;
    /** Rows that a thread packs at a time. */
    private static final long ROWS = 256;

    static SharedPairs of(Matrix matrix, MemorySegment memory) {
        return new SharedPairs(matrix, step(matrix.columns()), memory);
    }

    static long bytes(long rows, long columns) {
        long step = step(columns);
        return Math.ceilDiv(columns, step) * runBytes(rows, step);
    }

    private static long step(long columns) {
        return Grid.step(columns, Math.ceilDiv(columns, WIDEST), Grid.COLUMNS);
    }

    private static long runBytes(long rows, long step) {
        return Math.ceilDiv(rows, 2) * ProductPart.oddLines(step) * Integer.BYTES;
    }

    /** Pairs from one row of them to the next. */
    long stride() {
        return ProductPart.oddLines(step);
    }

    int runs() {
        return Math.toIntExact(Math.ceilDiv(matrix.columns(), step));
    }

    long columns(int run) {
        return Math.min(step, matrix.columns() - run * step);
    }

    /** Those of a run's rows from {@code row} on, an even one. */
    RowBlocks.Pairs pairs(int run, long row) {
        return new RowBlocks.Pairs(memory.address() + offset(run, row), stride());
    }

    private long offset(int run, long row) {
        return run * runBytes(matrix.rows(), step) + row / 2 * stride() * Integer.BYTES;
    }

    /** Each of which is some of the packing. */
    int tasks() {
        return runs() * blocks();
    }

    private int blocks() {
        return Math.toIntExact(Math.ceilDiv(matrix.rows(), ROWS));
    }

    void run(PackKernel pack, int task) {
        int run = task / blocks();
        long row = task % blocks() * ROWS;
        Matrix part = matrix.part(row, Math.min(ROWS, matrix.rows() - row), run * step, columns(run));
        pack.pair(part, memory.asSlice(offset(run, row)), stride());
    }
}
