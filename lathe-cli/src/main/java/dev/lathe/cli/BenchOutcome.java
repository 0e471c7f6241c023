package dev.lathe.cli;

import dev.lathe.base.SystemFiles;
import dev.lathe.base.UserError;
import dev.lathe.bench.measure.Conditions;
import dev.lathe.bench.report.History;
import dev.lathe.bench.report.Measurement;
import dev.lathe.bench.report.Table;
import dev.lathe.run.Host;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SequencedMap;
import java.util.function.Function;
import picocli.CommandLine.Option;

/** What all benchmarks share: on which machine they run, and what becomes of their numbers. */
record BenchOutcome(Map<String, String> environment) {
    /** Options that every benchmark has. */
    static final class Options {
        @Option(names = "--json", paramLabel = "FILE", description = "Also write everything measured to FILE.")
        private Optional<Path> json = Optional.empty();

        @Option(
                names = "--vs",
                paramLabel = "OTHER.json",
                description = "Show the numbers of an earlier --json beside these, and their ratios.")
        private Optional<Path> other = Optional.empty();

        @Option(
                names = "--history",
                paramLabel = "FILE.md",
                description = "Add a row to the table below \"## History\" in FILE.md.")
        private Optional<Path> history = Optional.empty();
    }

    /** Measures and shows. What is to be compared with is read before anything is measured. */
    void show(String bench, Options options, PrintWriter out, Function<Host, Measurement> measure) {
        Optional<Measurement> other = options.other.map(Measurement::read);
        other.filter(found -> !found.bench().equals(bench)).ifPresent(found -> {
            throw new UserError("--vs %s holds a measurement of %s, which does not compare with %s"
                    .formatted(options.other.orElseThrow(), found.bench(), bench));
        });
        Host host = Terminal.quiet(environment);
        Measurement measured = measure.apply(host);
        out.print(other.map(found -> Table.beside(measured, found)).orElseGet(() -> Table.of(measured)));
        out.flush();
        options.json.ifPresent(file -> host.files().writeText(file, measured.json()));
        options.history.ifPresent(page -> History.append(page, measured, host.files()));
    }

    Conditions conditions() {
        Machine machine = Machine.read(SystemFiles.ofHost(), environment, Runtime.getRuntime());
        SequencedMap<String, String> facts = new LinkedHashMap<>();
        facts.put("processor", machine.processor().orElse("unknown"));
        facts.put("features", String.join(" ", machine.features()));
        facts.put("processors", Integer.toString(machine.processors()));
        facts.put("memory", size(machine.memory()));
        facts.put("container's limit of memory", size(machine.limits().memory()));
        facts.put(
                "system",
                "%s %s %s"
                        .formatted(
                                System.getProperty("os.name"),
                                System.getProperty("os.version"),
                                System.getProperty("os.arch")));
        facts.put("OMP_WAIT_POLICY", machine.waitPolicy());
        SequencedMap<String, String> software = new LinkedHashMap<>();
        software.put("lathe", Version.lathe());
        software.put("java", "%s (%s)".formatted(Runtime.version(), System.getProperty("java.vendor")));
        software.put("java options", environment.getOrDefault("LATHE_JAVA_OPTS", ""));
        return new Conditions(facts, software);
    }

    private static String size(OptionalLong bytes) {
        return bytes.isPresent() ? Size.of(bytes.getAsLong()) : "none known";
    }
}
