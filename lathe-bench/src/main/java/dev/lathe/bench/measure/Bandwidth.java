package dev.lathe.bench.measure;

import dev.lathe.tensor.kernel.Kernels;
import dev.lathe.tensor.kernel.SumKernel;
import dev.lathe.tensor.kernel.Workers;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Bytes a second that all threads together read from memory. */
final class Bandwidth {
    private static final long BYTES = 256L << 20;
    private static final long WARM_BYTES = 1L << 20;
    private static final long WARM_NANOS = 700_000_000;
    private static final int RUNS = 5;

    private Bandwidth() {}

    /** The best of a few readings of a buffer that is larger than the caches of most machines. */
    static double measure(int threads) {
        try (Workers workers = new Workers(threads);
                Arena arena = Arena.ofShared()) {
            SumKernel sum = Kernels.forHost(workers).sum();
            MemorySegment buffer = arena.allocate(BYTES, 64).fill((byte) 1);
            for (long start = System.nanoTime(); System.nanoTime() - start < WARM_NANOS; ) {
                sum.squares(buffer.asSlice(0, WARM_BYTES));
            }
            long best = Long.MAX_VALUE;
            for (int run = 0; run < RUNS; run++) {
                long before = System.nanoTime();
                sum.squares(buffer);
                best = Math.min(best, System.nanoTime() - before);
            }
            return BYTES / (best / 1e9);
        }
    }
}
