package dev.lathe.tensor.kernel;

import java.lang.foreign.MemorySegment;

/** Pieces of one memory, one behind the other. */
final class Places {
    private static final long LINE = 64;
    /** Pieces at the same place in a page would wait for each other. */
    private static final long GAP = 7 * LINE;

    private final MemorySegment memory;
    private long taken;

    Places(MemorySegment memory) {
        this.memory = memory;
    }

    /** Bytes of which {@link #next} takes so many. */
    static long bytes(long count, long bytes) {
        return count * (Math.ceilDiv(bytes, LINE) * LINE + GAP);
    }

    /** Begins a cache line if the memory does. */
    MemorySegment next(long bytes) {
        MemorySegment place = memory.asSlice(taken, bytes);
        taken += bytes(1, bytes);
        return place;
    }
}
