package dev.lathe.bench;

import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/**
 * Runs kernel benchmarks and prints, for every pair {@code somethingKernel} and {@code somethingLibtorch}, medians and
 * their ratio. Arguments are JMH's; without any, everything runs, which takes an hour. Both of a pair run in
 * forks of their own, one after the other, so compare within a run and distrust a busy machine.
 *
 * <p>{@code OMP_WAIT_POLICY=passive java -cp … dev.lathe.bench.KernelBenchmarks RmsNorm -p threads=1}
 */
public final class KernelBenchmarks {
    private static final String KERNEL = "Kernel";
    private static final String LIBTORCH = "Libtorch";

    private KernelBenchmarks() {}

    public static void main(String[] args) throws RunnerException, CommandLineOptionException {
        CommandLineOptions given = new CommandLineOptions(args);
        OptionsBuilder options = new OptionsBuilder();
        options.parent(given);
        options.mode(Mode.AverageTime).timeUnit(TimeUnit.MICROSECONDS);
        options.forks(given.getForkCount().orElse(3));
        // Vectors that are still interpreted are a thousand times slower, and compiling them takes a second.
        options.warmupIterations(given.getWarmupIterations().orElse(5));
        options.warmupTime(given.getWarmupTime().orElse(TimeValue.seconds(1)));
        options.measurementIterations(given.getMeasurementIterations().orElse(7));
        options.measurementTime(given.getMeasurementTime().orElse(TimeValue.milliseconds(300)));
        options.jvmArgs(
                "-Xmx1g",
                "--add-modules=jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED",
                "-Dorg.bytedeco.javacpp.maxPhysicalBytes=0");
        print(new Runner(options.build()).run());
    }

    private static void print(Collection<RunResult> results) {
        Map<String, Double> medians = new TreeMap<>();
        results.forEach(result -> medians.put(name(result.getParams()), median(result)));
        System.out.printf("%n%-70s %12s %12s %9s%n", "benchmark", "kernel µs", "libtorch µs", "ratio");
        medians.forEach((name, kernel) -> {
            Double libtorch = medians.get(name.replace(KERNEL, LIBTORCH));
            if (name.contains(KERNEL) && libtorch != null) {
                System.out.printf(
                        "%-70s %12.1f %12.1f %8.2fx%n", name.replace(KERNEL, ""), kernel, libtorch, libtorch / kernel);
            } else if (!name.contains(LIBTORCH)) {
                System.out.printf("%-70s %12.1f%n", name, kernel);
            }
        });
    }

    private static String name(BenchmarkParams params) {
        String method = params.getBenchmark().replaceFirst(".*\\.(\\w+\\.\\w+)$", "$1");
        return params.getParamsKeys().stream()
                .map(key -> key + "=" + params.getParam(key))
                .collect(Collectors.joining(" ", method + " ", ""));
    }

    /** Of all iterations of all forks. */
    private static double median(RunResult result) {
        double[] scores = result.getBenchmarkResults().stream()
                .flatMap(fork -> fork.getIterationResults().stream())
                .mapToDouble(iteration -> iteration.getPrimaryResult().getScore())
                .sorted()
                .toArray();
        return scores[scores.length / 2];
    }
}
