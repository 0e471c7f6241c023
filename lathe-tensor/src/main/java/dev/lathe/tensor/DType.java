package dev.lathe.tensor;

/** Element types that cross a room's border, with their names in safetensors headers. */
public enum DType {
    F32("F32", 4),
    F16("F16", 2),
    BF16("BF16", 2),
    F64("F64", 8),
    I64("I64", 8),
    I32("I32", 4),
    I16("I16", 2),
    I8("I8", 1),
    U64("U64", 8),
    U32("U32", 4),
    U16("U16", 2),
    U8("U8", 1),
    /** 4 bits of exponent, 3 of mantissa, no infinity. */
    F8_E4M3("F8_E4M3", 1),
    /** 5 bits of exponent, 2 of mantissa. */
    F8_E5M2("F8_E5M2", 1),
    /** A power of two: the scales of the MX formats. */
    F8_E8M0("F8_E8M0", 1),
    BOOL("BOOL", 1);

    private final String safetensors;
    private final int bytes;

    DType(String safetensors, int bytes) {
        this.safetensors = safetensors;
        this.bytes = bytes;
    }

    /** The name in a safetensors header. */
    public String safetensors() {
        return safetensors;
    }

    /** Bytes of one element. */
    public int bytes() {
        return bytes;
    }

    /** The type sums, norms and softmax of this type are computed in: F64 for F64, F32 for every narrower one. */
    public DType wide() {
        return this == F64 ? F64 : F32;
    }

    public boolean isFloating() {
        return this == F32 || this == F16 || this == BF16 || this == F64;
    }
}
