package dev.lathe.bench.measure;

import dev.lathe.base.ResidentMemory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The most physical memory that this process ever had while it did the work itself. Linux can be told to forget the peak
 * so far, and is whenever the benchmark is about to measure with buffers of its own.
 */
final class PeakMemory {
    private final ResidentMemory memory;
    private final Path forget;
    private long before;
    private boolean clean = true;

    PeakMemory(ResidentMemory memory) {
        this(memory, Path.of("/proc/self/clear_refs"));
    }

    /** @param forget the file to which a 5 is written to forget the peak */
    PeakMemory(ResidentMemory memory, Path forget) {
        this.memory = memory;
        this.forget = forget;
    }

    /** Runs something whose memory is not the work's. */
    void aside(Runnable measuring) {
        before = bytes();
        measuring.run();
        try {
            Files.writeString(forget, "5");
        } catch (IOException e) {
            clean = false;
        }
    }

    /** Bytes. */
    long bytes() {
        return Math.max(before, memory.peakBytes());
    }

    /** Whether the benchmark's own buffers are left out. */
    boolean isClean() {
        return clean;
    }
}
