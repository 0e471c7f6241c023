package dev.lathe.tensor.kernel;

import java.lang.foreign.MemorySegment;

/**
 * Products of rows in ggml's blocks with a vector, in float32, made where the rows lie. A row begins at byte {@code at} and has
 * {@code count} numbers, a whole number of blocks. Single-threaded; callers share rows out.
 */
public interface BlockDotKernel {
    /** Numbers of a block of the simple types, and of a group of Q4_K. */
    int GROUP = 32;

    /** d, then 16 bytes with the first half of 32 numbers in their low nibbles q: d (q - 8). */
    float q40(MemorySegment blocks, long at, int count, float[] x);

    /**
     * d, m, then 16 bytes of nibbles q as in Q4_0: d q + m.
     *
     * @param sums of each {@value #GROUP} numbers of x
     */
    float q41(MemorySegment blocks, long at, int count, float[] x, float[] sums);

    /** d, then 32 signed bytes q: d q. */
    float q80(MemorySegment blocks, long at, int count, float[] x);

    /**
     * d, dmin, 8 scales and minima of 6 bits, 128 bytes of nibbles for 256 numbers: d scale q - dmin minimum.
     *
     * @param sums of each {@value #GROUP} numbers of x
     */
    float q4k(MemorySegment blocks, long at, int count, float[] x, float[] sums);

    /** 128 bytes of low nibbles, 64 of the 2 bits above, a signed scale for each 16 of 256 numbers, d: d scale (q - 32). */
    float q6k(MemorySegment blocks, long at, int count, float[] x);

    /** The fastest this host and this JVM can run: vectors need {@code --add-modules jdk.incubator.vector}. */
    static BlockDotKernel forHost() {
        boolean vectors =
                ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent() && VectorKernels.arePaying();
        return vectors ? VectorKernels.blockDots() : new ScalarBlockDot();
    }

    /** Plain Java. */
    static BlockDotKernel scalar() {
        return new ScalarBlockDot();
    }
}
