package dev.lathe.bench.measure;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lathe.base.Json;
import dev.lathe.base.UserError;
import dev.lathe.bench.report.Measurement;
import dev.lathe.bench.report.Metric;
import dev.lathe.bench.report.Section;
import dev.lathe.bench.report.Unit;
import dev.lathe.run.Host;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/**
 * {@code lathe bench kernels}: JMH's benchmarks of the kernels in a short form, in a JVM of their own. JMH lies beside the
 * program's build and not in it, so this needs a checkout.
 */
public final class KernelBench {
    private static final List<String> SHORT = List.of("-f", "1", "-wi", "3", "-i", "5", "-v", "NORMAL");
    private static final Pattern BENCHMARK = Pattern.compile("dev\\.lathe\\.bench\\.(\\w+)Bench\\b");

    private final Host host;
    private final Conditions conditions;

    public KernelBench(Host host, Conditions conditions) {
        this.host = host;
        this.conditions = conditions;
    }

    /** Names of what can be measured. */
    public static List<String> names() {
        try (InputStream in = KernelBench.class.getResourceAsStream("/META-INF/BenchmarkList")) {
            if (in == null) {
                return List.of();
            }
            Matcher matcher = BENCHMARK.matcher(new String(in.readAllBytes(), StandardCharsets.UTF_8));
            return List.copyOf(
                    new TreeSet<>(matcher.results().map(found -> found.group(1)).toList()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @param names of {@link #names}; none for all */
    public Measurement run(List<String> names) {
        List<String> known = names();
        for (String name : names) {
            if (!known.contains(name)) {
                throw new UserError(
                        "there is no kernel %s to measure; there are %s".formatted(name, String.join(", ", known)));
            }
        }
        Path jmh = Checkout.find()
                .map(checkout -> checkout.root().resolve("lathe-bench/target/jmh"))
                .filter(Files::isDirectory)
                .orElseThrow(
                        () -> new UserError(
                                "kernels are measured with JMH, which is not part of the program: run ./lathe bench kernels in a checkout"));
        try {
            Path results = Files.createTempFile("lathe-bench", ".json");
            try {
                measure(names, jmh, results);
                return new Measurement(
                        "kernels",
                        Measurement.timestamp(host.clock()),
                        conditions.with(settings(names)),
                        sections(Json.read(results)));
            } finally {
                Files.deleteIfExists(results);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void measure(List<String> names, Path jmh, Path results) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path") + File.pathSeparator + jmh.resolve("*"),
                "dev.lathe.bench.KernelBenchmarks",
                names.isEmpty() ? "." : names.stream().collect(Collectors.joining("|", "\\.(", ")Bench\\.")),
                "-p",
                "threads=" + host.threads(),
                "-rf",
                "json",
                "-rff",
                results.toString()));
        command.addAll(SHORT);
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        List<String> said = new ArrayList<>();
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            lines.lines().forEach(line -> {
                said.add(line);
                if (line.startsWith("# Run progress") || line.startsWith("# Benchmark:")) {
                    host.say(line.substring(2));
                }
            });
            if (process.waitFor() != 0) {
                throw new IllegalStateException(
                        "JMH ended with status %d:%n%s".formatted(process.exitValue(), String.join("\n", said)));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            process.destroy();
        }
    }

    /** A section a class; median microseconds of all iterations, and of every pair of kernel and libtorch their ratio. */
    static List<Section> sections(JsonNode results) {
        SequencedMap<String, SequencedMap<String, Double>> medians = new LinkedHashMap<>();
        for (JsonNode result : results) {
            String[] name = result.path("benchmark").asText().split("\\.");
            String method = name[name.length - 1];
            String parameters = new TreeMap<>(parameters(result))
                    .entrySet().stream()
                            .map(each -> " " + each.getKey() + "=" + each.getValue())
                            .collect(Collectors.joining());
            medians.computeIfAbsent(name[name.length - 2], section -> new LinkedHashMap<>())
                    .put(
                            method + parameters,
                            median(result.path("primaryMetric").path("rawData")));
        }
        return medians.entrySet().stream()
                .map(section -> new Section(section.getKey(), metrics(section.getValue())))
                .toList();
    }

    private static Map<String, String> parameters(JsonNode result) {
        return result.path("params").properties().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, each -> each.getValue().asText()));
    }

    private static List<Metric> metrics(Map<String, Double> medians) {
        List<Metric> metrics = new ArrayList<>();
        medians.forEach((name, median) -> {
            metrics.add(new Metric(name, median, Unit.MICROSECONDS));
            Optional.ofNullable(medians.get(name.replaceFirst("Libtorch", "Kernel")))
                    .filter(kernel -> name.contains("Libtorch"))
                    .ifPresent(kernel -> metrics.add(
                            new Metric(name.replaceFirst("Libtorch", ": kernel's gain"), median / kernel, Unit.RATIO)));
        });
        return metrics;
    }

    private static double median(JsonNode forks) {
        double[] sorted = StreamSupport.stream(forks.spliterator(), false)
                .flatMap(fork -> StreamSupport.stream(fork.spliterator(), false))
                .mapToDouble(JsonNode::doubleValue)
                .sorted()
                .toArray();
        return sorted.length == 0 ? 0 : sorted[sorted.length / 2];
    }

    private SequencedMap<String, String> settings(List<String> names) {
        SequencedMap<String, String> settings = new LinkedHashMap<>();
        settings.put("model", names.isEmpty() ? "all" : String.join(", ", names));
        settings.put("threads", Integer.toString(host.threads()));
        settings.put("jmh", String.join(" ", SHORT));
        return settings;
    }
}
