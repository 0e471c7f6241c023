package dev.lathe.cli;

import dev.lathe.bench.measure.KernelBench;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lathe bench kernels}. */
@Command(
        name = "kernels",
        description = "Kernels by themselves, against the libtorch operations that they replace. Without a name, lists"
                + " what can be measured.")
final class BenchKernelsCommand implements Runnable {
    @Mixin
    private final BenchOutcome outcome;

    @Parameters(arity = "0..*", paramLabel = "NAME", description = "Kernels, such as RmsNorm.")
    private List<String> names = new ArrayList<>();

    @Option(names = "--all", description = "All of them, which takes a quarter of an hour.")
    private boolean all;

    BenchKernelsCommand(BenchOutcome outcome) {
        this.outcome = outcome;
    }

    @Override
    public void run() {
        if (names.isEmpty() && !all) {
            KernelBench.names().forEach(outcome.out()::println);
            return;
        }
        outcome.show(host -> new KernelBench(host, outcome.conditions()).run(names));
    }
}
