package dev.lathe.quant;

/** Arrays for unpacked rows. */
final class Rows {
    /** Numbers of the widest vectors: kernels read and write whole ones. */
    private static final int VECTOR = 16;

    private Rows() {}

    /** Room for {@code count} numbers and zeros up to the end of the last vector. */
    static float[] buffer(long count) {
        return new float[Math.toIntExact(count + VECTOR - 1) & -VECTOR];
    }
}
