package dev.lathe.cli;

import dev.lathe.run.Host;
import java.io.Console;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;

/** The machine as a run sees it, made from the process that this is. */
final class Terminal {
    private static final int USUAL_WIDTH = 80;
    private static final int STANDARD_OUTPUT = 1;

    private Terminal() {}

    static Host host(Map<String, String> environment, BooleanSupplier interrupted) {
        Host host = process(environment, System.out).interruptedBy(interrupted);
        return width(environment).map(host::onTerminal).orElse(host);
    }

    /** For commands whose output is for other programs: what is said beside it goes to standard error. */
    static Host quiet(Map<String, String> environment) {
        return process(environment, System.err);
    }

    private static Host process(Map<String, String> environment, PrintStream out) {
        return Host.ofProcess(environment, new PrintStream(out, true, StandardCharsets.UTF_8));
    }

    private static Optional<IntSupplier> width(Map<String, String> environment) {
        Console console = System.console();
        if (console == null || !console.isTerminal()) {
            return Optional.empty();
        }
        String columns = environment.getOrDefault("COLUMNS", "");
        int told = columns.matches("[1-9]\\d{0,3}") ? Integer.parseInt(columns) : USUAL_WIDTH;
        Optional<WindowSize> window = WindowSize.on(System.getProperty("os.name"));
        return Optional.of(() ->
                window.map(size -> size.columns(STANDARD_OUTPUT).orElse(told)).orElse(told));
    }
}
