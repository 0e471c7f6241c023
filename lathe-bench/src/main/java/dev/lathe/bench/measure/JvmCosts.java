package dev.lathe.bench.measure;

import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;

/**
 * What Java itself has cost so far.
 *
 * @param collecting seconds in which the collector held everything up
 * @param allocated bytes of heap that the calling thread ever asked for
 * @param cpu seconds of processors that the whole process has had
 */
record JvmCosts(double collecting, long allocated, double cpu) {
    static JvmCosts now() {
        long millis = ManagementFactory.getGarbageCollectorMXBeans().stream()
                .mapToLong(GarbageCollectorMXBean::getCollectionTime)
                .filter(time -> time > 0)
                .sum();
        long allocated = ManagementFactory.getThreadMXBean() instanceof com.sun.management.ThreadMXBean threads
                ? threads.getCurrentThreadAllocatedBytes()
                : 0;
        double cpu =
                ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean system
                        ? system.getProcessCpuTime() / 1e9
                        : 0;
        return new JvmCosts(millis / 1e3, allocated, cpu);
    }

    JvmCosts since(JvmCosts earlier) {
        return new JvmCosts(collecting - earlier.collecting, allocated - earlier.allocated, cpu - earlier.cpu);
    }
}
