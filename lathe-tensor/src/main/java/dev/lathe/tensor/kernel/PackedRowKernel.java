package dev.lathe.tensor.kernel;

import java.lang.foreign.MemorySegment;

/**
 * What products with quantised matrices are made of: rows that are unpacked into arrays, and rows of 4-bit codes of a
 * table, which are unpacked and multiplied where they lie. Single-threaded; callers share rows out.
 *
 * <p>Codes are two a byte. A number is {@code table[code]} times
 * the scale of its block of {@code block} numbers; a row is a whole number of blocks, and
 * a block a power of two from 32 on.
 */
public interface PackedRowKernel {
    /** Writes {@code from} to a row, rounded to its element type. */
    void write(float[] from, Matrix to, long row);

    /** Reads a row; {@code to} is as long as {@link Lanes#array} makes it or longer. */
    void read(Matrix from, long row, float[] to);

    /** The sum of {@code a[i] b[i]} over the first {@code count}, in float32. */
    float dot(float[] a, float[] b, int count);

    /**
     * Unpacks a row whose first codes are in high nibbles, as bitsandbytes packs them: {@code to[row] = table · scale}, each
     * product rounded once to the element type.
     *
     * @param at byte of {@code packed} at which the row begins
     * @param table 16 numbers
     * @param scales one for each block of the row
     */
    void nibbles(MemorySegment packed, long at, float[] table, float[] scales, int block, Matrix to, long row);

    /**
     * The first {@code count} numbers of x in the order in which {@link #nibbleDot} takes them, made once for all rows.
     *
     * @param count a multiple of 32
     */
    float[] spread(float[] x, int count, NibbleOrder order);

    /**
     * The sum of a packed row's numbers times those of a vector, in float32.
     *
     * @param spread the vector, by {@link #spread}
     */
    float nibbleDot(MemorySegment packed, long at, float[] table, float[] scales, int block, float[] spread);

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
