package dev.lathe.tensor.kernel;

/** The types of number kernels read and write; they compute in float32. */
public enum Element {
    F32(Float.BYTES),
    /** The upper half of a float32. */
    BF16(Short.BYTES);

    private final int bytes;

    Element(int bytes) {
        this.bytes = bytes;
    }

    /** Bytes of one number. */
    public int bytes() {
        return bytes;
    }
}
