package dev.lathe.tensor.kernel;

/**
 * Products of blocks of BF16 matrices that lie in a core's own cache, by whatever unit of the processor multiplies them
 * fastest; sums are float32. The second matrix comes in pairs, as {@link PackKernel} makes them. Everything is given by its
 * address, for such a product takes a microsecond: who calls sees to it that the memory is there.
 */
public interface TileProduct {
    /**
     * @param rows of a and of the sums
     * @param columns of b and of the sums
     * @param inner columns of a and rows of b; even
     * @param aStride elements from one row of a to the next
     * @param bStride pairs from one row of pairs to the next
     * @param sumStride elements from one row of sums to the next
     */
    record Shape(long rows, long columns, long inner, long aStride, long bStride, long sumStride) {
        public Shape {
            if (rows < 1 || columns < 1 || inner < 2 || inner % 2 != 0) {
                throw new IllegalArgumentException("no block: " + rows + " x " + inner + " x " + columns);
            }
        }
    }

    /** sums = a b, or sums += a b where {@code add} says so. */
    void multiply(Shape shape, long a, long b, long sums, boolean add);

    /** The calling thread makes no more of these for now: others may use the unit as they like. */
    void release();
}
