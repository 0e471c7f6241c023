package dev.lathe.base;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryUsage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.function.Function;

/** How much physical memory this process holds: what a training run is judged by, natives included. */
public interface ResidentMemory {
    /** Bytes held now; 0 when it cannot be told. */
    long bytes();

    /** The most it ever held, bytes; 0 when it cannot be told. */
    long peakBytes();

    /** The most it may hold, bytes: {@link MemoryLimit}; empty when it cannot be told. */
    default OptionalLong limit() {
        return OptionalLong.empty();
    }

    /** What it may still take without others being pushed out, bytes; empty when it cannot be told. */
    default OptionalLong free() {
        return OptionalLong.empty();
    }

    /** The kernel's own count on Linux; elsewhere what the JVM has committed, which misses native libraries. */
    static ResidentMemory ofHost() {
        Path status = Path.of("/proc/self/status");
        return Files.isReadable(status) ? new ProcStatus(status, SystemFiles.ofHost()) : jvm();
    }

    private static ResidentMemory jvm() {
        return new ResidentMemory() {
            @Override
            public long bytes() {
                return committed(MemoryPoolMXBean::getUsage);
            }

            @Override
            public long peakBytes() {
                return committed(MemoryPoolMXBean::getPeakUsage);
            }

            private long committed(Function<MemoryPoolMXBean, MemoryUsage> usage) {
                return ManagementFactory.getMemoryPoolMXBeans().stream()
                        .filter(MemoryPoolMXBean::isValid)
                        .mapToLong(pool -> usage.apply(pool).getCommitted())
                        .sum();
            }
        };
    }
}
