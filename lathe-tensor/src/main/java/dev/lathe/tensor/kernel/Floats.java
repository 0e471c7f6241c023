package dev.lathe.tensor.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** F32 vectors in memory. */
final class Floats {
    private static final ValueLayout.OfFloat LAYOUT = ValueLayout.JAVA_FLOAT_UNALIGNED;

    private Floats() {}

    static float get(MemorySegment floats, long index) {
        return floats.get(LAYOUT, index * Float.BYTES);
    }

    static void set(MemorySegment floats, long index, float value) {
        floats.set(LAYOUT, index * Float.BYTES, value);
    }

    /** @throws IllegalArgumentException when {@code floats} holds fewer than {@code count} */
    static void require(MemorySegment floats, long count) {
        if (floats.byteSize() / Float.BYTES < count) {
            throw new IllegalArgumentException(count + " floats do not fit in " + floats.byteSize() + " bytes");
        }
    }
}
