package dev.lathe.tensor.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** bfloat16 is the upper half of a float32: widening is exact, narrowing rounds to the nearest, ties to even. */
final class Bf16 {
    private static final int NAN = 0x7FC0;

    private Bf16() {}

    static float widen(short bits) {
        return Float.intBitsToFloat(bits << 16);
    }

    static float get(MemorySegment numbers, long index) {
        return widen(numbers.get(ValueLayout.JAVA_SHORT_UNALIGNED, index * Short.BYTES));
    }

    static short narrow(float value) {
        int bits = Float.floatToRawIntBits(value);
        // Rounding could carry a NaN's payload into its sign.
        return (short) (Float.isNaN(value) ? NAN : (bits + 0x7FFF + ((bits >>> 16) & 1)) >>> 16);
    }

    /** What is left of {@code value} when it is stored as {@code element}. */
    static float round(float value, Element element) {
        return element == Element.BF16 ? widen(narrow(value)) : value;
    }
}
