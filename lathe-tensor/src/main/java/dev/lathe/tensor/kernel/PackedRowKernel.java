package dev.lathe.tensor.kernel;

import java.lang.foreign.MemorySegment;

/**
 * What products with quantised matrices are made of: rows that are unpacked into arrays, and rows of 4-bit codes of a
 * table, which are unpacked and multiplied where they lie. Single-threaded; callers share rows out.
 *
 * <p>Codes are two a byte, the first in the high nibble, as bitsandbytes packs them. A number is {@code table[code]} times
 * the scale of its block of {@code block} numbers; a row is a whole number of blocks, and a block a multiple of 32.
 */
public interface PackedRowKernel {
    /** Writes {@code from} to a row, rounded to its element type. */
    void write(float[] from, Matrix to, long row);

    /** The sum of {@code a[i] b[i]} over the first {@code count}, in float32. */
    float dot(float[] a, float[] b, int count);

    /**
     * Unpacks a row: {@code to[row] = table · scale}, each product rounded once to the element type.
     *
     * @param at byte of {@code packed} at which the row begins
     * @param table 16 numbers
     * @param scales one for each block of the row
     */
    void nibbles(MemorySegment packed, long at, float[] table, float[] scales, int block, Matrix to, long row);

    /**
     * The sum of a packed row's numbers times {@code x}, in float32.
     *
     * @param even x's numbers of even index, one for each byte
     * @param odd those of odd index
     */
    float nibbleDot(MemorySegment packed, long at, float[] table, float[] scales, int block, float[] even, float[] odd);

    /** The fastest this host and this JVM can run: vectors need {@code --add-modules jdk.incubator.vector}. */
    static PackedRowKernel forHost() {
        boolean vectors =
                ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent() && VectorKernels.holdsTableOf16();
        return vectors ? VectorKernels.packedRows() : new ScalarPackedRow();
    }

    /** Plain Java. */
    static PackedRowKernel scalar() {
        return new ScalarPackedRow();
    }
}
