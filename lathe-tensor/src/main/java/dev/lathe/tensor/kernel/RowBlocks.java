package dev.lathe.tensor.kernel;

/**
 * Rows of a product in blocks, so many that a {@link TileProduct} is at its best with them. The last block begins early instead
 * of being lower, so that there are few kinds of blocks; its sums have a place of their own.
 *
 * @param rows of the product
 */
record RowBlocks(TileProduct tiles, PackKernel pack, long rows) {
    static final long ROWS = Grid.ROWS;

    /** Inner length of a block, at most: a panel of 32 columns stays in the first cache. */
    private static final long INNER = 640;

    /** Rows that sums of {@code rows} rows take. */
    static long sumRows(long rows) {
        return Math.ceilDiv(rows, ROWS) * ROWS;
    }

    /**
     * Pairs of the second matrix.
     *
     * @param address of the first row of pairs
     * @param stride from one row of them to the next
     */
    record Pairs(long address, long stride) {}

    /** sums[at...] = the block of left at {@code row} × pairs, or += where {@code add} says so. */
    void multiply(Matrix left, long row, Pairs pairs, Matrix sums, long at, boolean add) {
        long piece = Grid.step(left.columns(), Math.ceilDiv(left.columns(), INNER), 2 * ProductPart.LINE);
        for (long k = 0; k < left.columns(); k += piece) {
            TileProduct.Shape shape = new TileProduct.Shape(
                    Math.min(ROWS, rows),
                    sums.columns(),
                    Math.min(piece, left.columns() - k),
                    left.rowStride(),
                    pairs.stride(),
                    sums.rowStride());
            tiles.multiply(
                    shape,
                    Addresses.of(left) + left.offset(top(row), k),
                    pairs.address() + k / 2 * pairs.stride() * Integer.BYTES,
                    Addresses.of(sums) + sums.offset(at, 0),
                    add || k > 0);
        }
    }

    /** The same of all blocks, each with its sums. */
    void multiply(Matrix left, Pairs pairs, Matrix sums, boolean add) {
        for (long row = 0; row < rows; row += ROWS) {
            multiply(left, row, pairs, sums, row, add);
        }
    }

    /** out = factor · sums, or +=, for the block at {@code row} whose sums are at {@code at}. */
    void put(Matrix sums, long at, float factor, boolean add, Matrix out, long row) {
        long twice = row - top(row); // rows that the block before this one had
        long count = Math.min(ROWS, rows - row);
        pack.put(sums.part(at + twice, count, 0, out.columns()), factor, add, out.part(row, count, 0, out.columns()));
    }

    /** The same for all blocks. */
    void put(Matrix sums, float factor, boolean add, Matrix out) {
        for (long row = 0; row < rows; row += ROWS) {
            put(sums, row, factor, add, out, row);
        }
    }

    private long top(long row) {
        return Math.max(0, Math.min(row, rows - ROWS));
    }
}
