package dev.lathe.tensor.kernel;

import java.lang.foreign.MemorySegment;

/**
 * Between BF16 matrices as they stand in memory and as a {@link TileProduct} wants them. Its second matrix comes in pairs: rows
 * 2i and 2i + 1 are one row of pairs, whose every 32 bits are a number of the one and the number below it; below the last
 * row of an odd number of them there are zeros. Stays on the calling thread.
 */
public interface PackKernel {
    /**
     * @param matrix BF16 [rows, columns]
     * @param pairs [⌈rows / 2⌉, stride], written but for what is right of {@code columns}
     * @param stride pairs from one row of them to the next
     */
    void pair(Matrix matrix, MemorySegment pairs, long stride);

    /**
     * The pairs of matrixᵀ.
     *
     * @param matrix BF16 [columns, rows]
     */
    void pairTurned(Matrix matrix, MemorySegment pairs, long stride);

    /**
     * turned = matrixᵀ.
     *
     * @param matrix BF16 [rows, columns]
     * @param turned BF16 [columns, rows, or one more of zeros]
     */
    void turn(Matrix matrix, Matrix turned);

    /**
     * out = factor · sums, or out += factor · sums where {@code add} says so, rounded once.
     *
     * @param sums F32
     * @param out BF16 or F32, of the same shape
     */
    void put(Matrix sums, float factor, boolean add, Matrix out);
}
