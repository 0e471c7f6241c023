package dev.lathe.tensor.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedDeque;

/** Pieces of memory of one size, for parts of a job while they run: as many as ever ran at once, used again and again. */
final class Scratch {
    private static final long LINE = 64;

    private final long bytes;
    private final ConcurrentLinkedDeque<MemorySegment> free = new ConcurrentLinkedDeque<>();

    Scratch(long bytes) {
        this.bytes = bytes;
    }

    /** Begins a cache line; its content is undefined. */
    MemorySegment take() {
        return Optional.ofNullable(free.poll()).orElseGet(() -> Arena.ofAuto().allocate(bytes, LINE));
    }

    void give(MemorySegment piece) {
        free.push(piece);
    }
}
