package dev.lathe.tensor.kernel;

import java.lang.foreign.MemorySegment;

/** Pieces of one memory, one behind the other. */
final class Places {
    private static final long LINE = 64;

    private final MemorySegment memory;
    private long taken;

    Places(MemorySegment memory) {
        this.memory = memory;
    }

    /** Begins a cache line if the memory does. */
    MemorySegment next(long bytes) {
        MemorySegment place = memory.asSlice(taken, bytes);
        taken += Math.ceilDiv(bytes, LINE) * LINE;
        return place;
    }

    MemorySegment[] next(int count, long bytes) {
        MemorySegment[] places = new MemorySegment[count];
        for (int i = 0; i < count; i++) {
            places[i] = next(bytes);
        }
        return places;
    }
}
