package dev.lathe.tensor.kernel;

import java.lang.foreign.MemorySegment;

/** Sums of gradients. */
public interface SumKernel {
    /**
     * sum += addend.
     *
     * @param sum F32
     * @param addend BF16 or F32, of the same shape
     */
    void add(Matrix sum, Matrix addend);

    /**
     * sum = a + b, rounded to its type.
     *
     * @param sum of the same shape and type as both; may be one of them
     */
    void add(Matrix a, Matrix b, Matrix sum);

    /**
     * The sum of the squares of F32 numbers: float32 within stretches of {@value #STRETCH}, float64 over them, in an order
     * that depends on the count and the kind of kernels alone.
     */
    double squares(MemorySegment floats);

    /** The same of BF16 numbers: to the bit what {@link #squares} makes of them in F32. */
    double narrowSquares(MemorySegment numbers);

    /** Numbers whose squares are added up in float32. */
    int STRETCH = 4096;
}
