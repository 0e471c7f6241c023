package dev.lathe.tensor.kernel;

/**
 * What attention does between its products of blocks (see {@link TileProduct}): the softmax and its gradient, a tile of
 * {@value #SIDE} queries by {@value #SIDE} keys at a time, which stays in a core's cache. Tiles have no gaps; scores are F32,
 * what goes into the next product BF16. In a tile on the diagonal a query sees the keys up to its own. Tiles are given by
 * their address, as to products. Stays on the calling thread.
 */
public interface TileSoftmaxKernel {
    /** Rows and columns of a tile. */
    int SIDE = 64;

    /** What is gathered of a row over several tiles is gathered in so many parts, for as many lanes. */
    int PARTS = 16;

    /**
     * Gathers the largest scores; passes NaN over.
     *
     * @param scores F32 [64, 64]; in a tile on the diagonal, what is not seen may be changed
     * @param rows queries that there are
     * @param most of each row so far, in parts
     */
    void most(long scores, boolean diagonal, int rows, float[] most);

    /** Each row's largest, of its parts. */
    void most(float[] parts, int rows, float[] most);

    /**
     * p = 2^(factor · scores + shift), rounded, and adds it up. Powers below 2^-126 may be 0; what is not
     * seen is 0.
     *
     * @param scores as {@link #most} left them
     * @param shift one a row
     * @param p BF16 [64, stride], of which 64 columns are written
     * @param sums of each row so far, in parts
     */
    void exps(long scores, boolean diagonal, int rows, float factor, float[] shift, long p, long stride, float[] sums);

    /** Of each row's sum, of its parts: one by it, and its logarithm to base 2. */
    void sum(float[] parts, int rows, float[] inverses, float[] logs);

    /**
     * out = sums, each row times its factor.
     *
     * @param sums F32 [rows, stride]
     * @param out BF16
     */
    void put(long sums, long stride, float[] factors, Matrix out);

    /** dots = the products of the rows of two BF16 matrices of the same shape. */
    void dots(Matrix a, Matrix b, float[] dots);

    /**
     * p = 2^(factor · scores + shift) and ds = p ∘ (dp - along), both as pairs of rows, ds also in rows; rounded. What is
     * not seen, and in pairs what lacks rows, is 0.
     *
     * @param scores F32 [64, 64]; may be changed where nothing is seen
     * @param dp F32 [64, 64]
     * @param rows queries that there are, even
     * @param shift one a row; along the same
     * @param p pairs [32, 64]; ds the same
     * @param dsRows BF16 [64, stride], of which 64 columns are written
     */
    void gradients(
            long scores,
            long dp,
            boolean diagonal,
            int rows,
            float factor,
            float[] shift,
            float[] along,
            long p,
            long ds,
            long dsRows,
            long stride);
}
