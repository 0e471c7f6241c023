package dev.lathe.cli;

import dev.lathe.base.ControlGroup;
import dev.lathe.base.SystemFiles;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * What {@code lathe env} knows about the machine.
 *
 * @param processor the model's name
 * @param features the processor's abilities that Lathe's kernels can use, as Linux names them
 * @param processors how many there are, before any limit
 * @param threads how many a run uses
 * @param memory bytes
 * @param availableMemory bytes that can be had without swapping
 * @param swapUsed bytes
 * @param limits of the container
 * @param hugePages the kernel's mode: always, madvise or never
 * @param load processors that were busy during the last minute
 * @param waitPolicy OMP_WAIT_POLICY
 * @param vectorModule whether this JVM has jdk.incubator.vector
 */
record Machine(
        Optional<String> processor,
        List<String> features,
        int processors,
        int threads,
        OptionalLong memory,
        OptionalLong availableMemory,
        long swapUsed,
        ControlGroup limits,
        Optional<String> hugePages,
        OptionalDouble load,
        String waitPolicy,
        boolean vectorModule) {
    private static final List<String> USED_FEATURES = List.of(
            "avx2", "avx512f", "avx512_bf16", "avx512_vnni", "avx_vnni", "amx_bf16", "amx_int8", "bf16", "i8mm", "sve");

    /** Reads Linux's files; on another system what only those say is left out. */
    static Machine read(SystemFiles files, Map<String, String> environment, Runtime java) {
        List<String> cpu = files.lines("proc/cpuinfo");
        int processors =
                (int) cpu.stream().filter(line -> line.startsWith("processor")).count();
        int available = java.availableProcessors();
        return new Machine(
                value(cpu, "model name"),
                value(cpu, "flags").or(() -> value(cpu, "Features")).stream()
                        .flatMap(flags -> List.of(flags.split(" ")).stream())
                        .filter(USED_FEATURES::contains)
                        .toList(),
                Math.max(processors, available),
                (int) SystemFiles.parse(environment.getOrDefault("OMP_NUM_THREADS", ""))
                        .orElse(available),
                bytes(files, "MemTotal"),
                bytes(files, "MemAvailable"),
                bytes(files, "SwapTotal").orElse(0) - bytes(files, "SwapFree").orElse(0),
                ControlGroup.of(files),
                files.firstLine("sys/kernel/mm/transparent_hugepage/enabled").map(Machine::chosen),
                files.firstLine("proc/loadavg")
                        .map(line -> OptionalDouble.of(Double.parseDouble(line.split(" ", 2)[0])))
                        .orElse(OptionalDouble.empty()),
                environment.getOrDefault("OMP_WAIT_POLICY", ""),
                ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent());
    }

    private static Optional<String> value(List<String> lines, String key) {
        return lines.stream()
                .filter(line -> line.startsWith(key) && line.contains(":"))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst();
    }

    private static OptionalLong bytes(SystemFiles files, String key) {
        OptionalLong kilobytes = files.number("proc/meminfo", key);
        return kilobytes.isPresent() ? OptionalLong.of(kilobytes.getAsLong() * 1024) : kilobytes;
    }

    /** {@code always [madvise] never} means madvise. */
    private static String chosen(String line) {
        int open = line.indexOf('[');
        int close = line.indexOf(']', open + 1);
        return open < 0 || close < 0 ? line : line.substring(open + 1, close);
    }
}
