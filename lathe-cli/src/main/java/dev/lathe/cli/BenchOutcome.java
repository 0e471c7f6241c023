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
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What all benchmarks share: on which machine they run, their options, and what becomes of their numbers. */
final class BenchOutcome {
    private final Map<String, String> environment;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec bench = CommandSpec.create();

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

    BenchOutcome(Map<String, String> environment) {
        this.environment = environment;
    }

    PrintWriter out() {
        return bench.commandLine().getOut();
    }

    /** Measures and shows. What is to be compared with is read before anything is measured. */
    void show(Function<Host, Measurement> measure) {
        Optional<Measurement> earlier = other.map(this::read);
        Host host = Terminal.quiet(environment);
        Measurement measured = measure.apply(host);
        out().print(earlier.map(found -> Table.beside(measured, found)).orElseGet(() -> Table.of(measured)));
        out().flush();
        json.ifPresent(file -> host.files().writeText(file, measured.json()));
        history.ifPresent(page -> History.append(page, measured, host.files()));
    }

    private Measurement read(Path file) {
        Measurement found = Measurement.read(file);
        if (!found.bench().equals(bench.name())) {
            throw new UserError("--vs %s holds a measurement of %s, which does not compare with %s"
                    .formatted(file, found.bench(), bench.name()));
        }
        return found;
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
