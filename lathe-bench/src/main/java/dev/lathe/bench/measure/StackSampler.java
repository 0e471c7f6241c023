package dev.lathe.bench.measure;

import java.lang.management.ManagementFactory;
import java.util.EnumMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;

/**
 * Looks some fifty times a second at what a thread is doing, less often where looking is dear. The training code knows
 * nothing of it. The pauses are of random length, so that they do not fall in step with the work.
 */
final class StackSampler implements AutoCloseable {
    private static final long SHORTEST_NANOS = 15_000_000;
    /** A pause lasts this many looks: 0.5 % of the time at most is spent looking. */
    private static final long LOOKS = 200;

    private final Thread watched;
    private final Kinds kinds;
    private final Thread sampler = new Thread(this::run, "lathe-bench-sampler");
    private final Map<Kind, Long> counts = new EnumMap<>(Kind.class);
    private final long started = System.nanoTime();
    private volatile boolean closed;
    private long looking;

    private StackSampler(Thread watched, Kinds kinds) {
        this.watched = watched;
        this.kinds = kinds;
    }

    static StackSampler watching(Thread watched, Kinds kinds) {
        StackSampler sampler = new StackSampler(watched, kinds);
        sampler.sampler.setDaemon(true);
        sampler.sampler.start();
        return sampler;
    }

    /**
     * What was seen.
     *
     * @param counts looks by kind
     * @param seconds from the start to the end
     * @param overhead share of those seconds that the looking took, in which the watched thread may have stood still
     */
    record Seen(Map<Kind, Long> counts, double seconds, double overhead) {
        long looks() {
            return counts.values().stream().mapToLong(Long::longValue).sum();
        }

        /** Share of the looks that saw a kind. */
        double share(Kind kind) {
            return looks() == 0 ? 0 : (double) counts.getOrDefault(kind, 0L) / looks();
        }
    }

    /** Stops looking. */
    Seen stop() {
        double seconds = (System.nanoTime() - started) / 1e9;
        close();
        return new Seen(Map.copyOf(counts), seconds, looking / 1e9 / seconds);
    }

    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(sampler);
        try {
            sampler.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        SplittableRandom random = new SplittableRandom(1);
        long looks = 0;
        while (!closed) {
            long pause = Math.max(SHORTEST_NANOS, LOOKS * looking / Math.max(1, looks));
            LockSupport.parkNanos(random.nextLong(pause / 2, pause * 3 / 2));
            long before = cpuNanos();
            counts.merge(kinds.of(watched.getStackTrace()), 1L, Long::sum);
            looking += cpuNanos() - before;
            looks++;
        }
    }

    /** Of this thread: waiting for a core that others have is no work. */
    private static long cpuNanos() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }
}
