package dev.lathe.tensor.kernel;

/**
 * Rows cut into parts by the shape alone, so that results that are added up over parts are the same on any number of
 * threads.
 *
 * @param size rows a part; the last part may have fewer
 */
record RowParts(long rows, long size) {
    /** Some 10 µs of work: enough to pay for handing it over, small enough to share out evenly. */
    private static final long ELEMENTS = 32_768;

    static RowParts of(long rows, long columns) {
        return new RowParts(rows, Math.max(1, Math.ceilDiv(ELEMENTS, Math.max(1, columns))));
    }

    /** At most {@code parts} of them, for kernels that keep something for each. */
    static RowParts atMost(int parts, long rows, long columns) {
        return new RowParts(rows, Math.max(of(rows, columns).size, Math.ceilDiv(rows, parts)));
    }

    /** At least {@code size} rows each, for kernels that make ready for a part what they use for every row. */
    static RowParts atLeast(long size, long rows, long columns) {
        return new RowParts(rows, Math.max(of(rows, columns).size, size));
    }

    /** {@code count} numbers as parts of a single row. */
    static RowParts ofVector(long count) {
        return new RowParts(count, ELEMENTS);
    }

    int count() {
        return Math.toIntExact(Math.ceilDiv(rows, size));
    }

    long first(int part) {
        return part * size;
    }

    /** Exclusive. */
    long last(int part) {
        return Math.min(rows, (part + 1) * size);
    }

    /** Calls {@code row} with every row, part by part. */
    interface Range {
        void run(int part, long first, long last);
    }

    void run(Workers workers, Range range) {
        workers.run(count(), part -> range.run(part, first(part), last(part)));
    }

    /** What a part adds to a sum. */
    interface Share {
        double of(long first, long last);
    }

    /** The shares of all parts, added up from the first to the last. */
    double sum(Workers workers, Share share) {
        double[] shares = new double[count()];
        run(workers, (part, first, last) -> shares[part] = share.of(first, last));
        double sum = 0;
        for (double one : shares) {
            sum += one;
        }
        return sum;
    }
}
