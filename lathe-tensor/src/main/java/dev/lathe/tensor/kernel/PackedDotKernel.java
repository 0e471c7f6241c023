package dev.lathe.tensor.kernel;

import java.lang.foreign.MemorySegment;

/**
 * Products of packed rows with a vector, in float32, made where the rows lie: codes that are whole numbers, with a scale for
 * each block of {@code block} of them. A row begins at byte {@code at} and has {@code scales.length} blocks. Single-threaded;
 * callers share rows out. {@link PackedRowKernel#nibbleDot} is the same for codes of a table.
 */
public interface PackedDotKernel {
    /** A byte from -128 to 127 a number: the sum of scale · Σ q x. */
    float signedBytes(MemorySegment codes, long at, float[] scales, int block, float[] x);

    /**
     * A byte from 0 to 255 a number: the sum of scale · Σ (q - zero) x.
     *
     * @param zero near the zero points, so that little cancels out
     */
    float bytes(MemorySegment codes, long at, int zero, float[] scales, int block, float[] x);

    /**
     * Two rows that share their bytes, both with {@code x}: one has the high nibbles, the other the low ones, each less 8.
     *
     * @param high scales of the first row
     * @param low scales of the second
     * @param sums gets both products
     */
    void nibblePair(MemorySegment codes, long at, float[] high, float[] low, int block, float[] x, float[] sums);

    /** The fastest this host and this JVM can run: vectors need {@code --add-modules jdk.incubator.vector}. */
    static PackedDotKernel forHost() {
        boolean vectors =
                ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent() && VectorKernels.arePaying();
        return vectors ? VectorKernels.packedDots() : new ScalarPackedDot();
    }

    /** Plain Java. */
    static PackedDotKernel scalar() {
        return new ScalarPackedDot();
    }
}
