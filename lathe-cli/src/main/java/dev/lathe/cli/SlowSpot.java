package dev.lathe.cli;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/**
 * One reason why Lathe is slower on this machine than it could be, and what can be done about it. The numbers in the
 * texts were measured on two-core machines of two makers.
 */
record SlowSpot(String what, String why) {
    private static final List<Function<Machine, Optional<SlowSpot>>> CHECKS = List.of(
            SlowSpot::arithmetic,
            SlowSpot::vectorModule,
            SlowSpot::waiting,
            SlowSpot::quota,
            SlowSpot::neighbours,
            SlowSpot::hugePages,
            SlowSpot::swap,
            SlowSpot::memory);

    static List<SlowSpot> of(Machine machine) {
        return CHECKS.stream().flatMap(check -> check.apply(machine).stream()).toList();
    }

    private static Optional<SlowSpot> arithmetic(Machine machine) {
        List<String> features = machine.features();
        if (features.isEmpty() || features.contains("amx_bf16") || features.contains("bf16")) {
            return Optional.empty(); // unknown, or as good as it gets
        }
        return Optional.of(
                features.contains("avx512_bf16")
                        ? new SlowSpot(
                                "no bf16 matrix units (AMX)",
                                "bf16 products run on AVX-512 at about 0.9 TFLOP/s on two cores; with AMX 1.3 to 1.9")
                        : new SlowSpot(
                                "no bf16 arithmetic (neither AMX nor AVX-512 BF16)",
                                "bf16 products are computed in fp32, at a quarter of the speed or less"));
    }

    private static Optional<SlowSpot> vectorModule(Machine machine) {
        return when(
                !machine.vectorModule(),
                "the Java module jdk.incubator.vector is missing",
                "norms, SwiGLU and dequantisation run on libtorch instead of Java kernels; start with ./lathe, or add"
                        + " --add-modules jdk.incubator.vector");
    }

    private static Optional<SlowSpot> waiting(Machine machine) {
        return when(
                !machine.waitPolicy().equalsIgnoreCase("passive"),
                "OMP_WAIT_POLICY is " + (machine.waitPolicy().isEmpty() ? "not set" : machine.waitPolicy()),
                "threads that wait for each other keep their cores busy; with one busy neighbour a product of 8 ms took"
                        + " 2 s. Set it to passive");
    }

    private static Optional<SlowSpot> quota(Machine machine) {
        double cores = machine.limits().cores().orElse(machine.processors());
        return when(
                cores < machine.processors(),
                "the container may use %s of %d processors"
                        .formatted(String.format(Locale.ROOT, "%.1f", cores), machine.processors()),
                "threads beyond that are stopped in the middle of their work; raise the limit, or set OMP_NUM_THREADS"
                        + " to it");
    }

    private static Optional<SlowSpot> neighbours(Machine machine) {
        return when(
                machine.load().orElse(0) > machine.processors() * 0.5,
                "other programs are busy (load %s on %d processors)"
                        .formatted(
                                String.format(
                                        Locale.ROOT, "%.1f", machine.load().orElse(0)),
                                machine.processors()),
                "a step waits for its slowest thread; every product is as slow as the busiest core");
    }

    private static Optional<SlowSpot> hugePages(Machine machine) {
        return when(
                machine.hugePages().filter("never"::equals).isPresent(),
                "transparent huge pages are off",
                "large matrices need 512 times as many page table entries; echo madvise >"
                        + " /sys/kernel/mm/transparent_hugepage/enabled");
    }

    private static Optional<SlowSpot> swap(Machine machine) {
        return when(
                machine.swapUsed() > 0,
                "%s of swap are in use".formatted(Size.of(machine.swapUsed())),
                "what was swapped out is read back from disk in the middle of a step; free some memory");
    }

    private static Optional<SlowSpot> memory(Machine machine) {
        long free = machine.availableMemory().orElse(Long.MAX_VALUE);
        return when(
                free < 2L << 30,
                "%s of memory are free".formatted(Size.of(free)),
                "a model of 135 million parameters wants about 2 GiB to train; less makes the system swap or kill");
    }

    private static Optional<SlowSpot> when(boolean slow, String what, String why) {
        return slow ? Optional.of(new SlowSpot(what, why)) : Optional.empty();
    }
}
