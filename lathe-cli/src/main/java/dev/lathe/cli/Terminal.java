package dev.lathe.cli;

import dev.lathe.base.Disk;
import dev.lathe.base.ResidentMemory;
import dev.lathe.base.SafeFiles;
import dev.lathe.run.Host;
import java.io.Console;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;

/** The machine as a run sees it, made from the process that this is. */
final class Terminal {
    private static final int USUAL_WIDTH = 80;

    private Terminal() {}

    static Host host(Map<String, String> environment, BooleanSupplier interrupted) {
        return host(environment, System.out, width(environment), interrupted);
    }

    /** For commands whose output is for other programs: what is said beside it goes to standard error. */
    static Host quiet(Map<String, String> environment) {
        return host(environment, System.err, Optional.empty(), () -> false);
    }

    private static Host host(
            Map<String, String> environment,
            PrintStream out,
            Optional<IntSupplier> width,
            BooleanSupplier interrupted) {
        return new Host(
                environment,
                Path.of(System.getProperty("user.home")),
                new SafeFiles(Disk.real()),
                Clock.systemDefaultZone(),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                width,
                ResidentMemory.ofHost(),
                threads(environment),
                interrupted);
    }

    private static Optional<IntSupplier> width(Map<String, String> environment) {
        Console console = System.console();
        if (console == null || !console.isTerminal()) {
            return Optional.empty();
        }
        String columns = environment.getOrDefault("COLUMNS", "");
        int width = columns.matches("\\d{1,4}") ? Integer.parseInt(columns) : USUAL_WIDTH;
        return Optional.of(() -> width);
    }

    /** As many as there are processors, unless the user says how many OpenMP is to use. */
    private static int threads(Map<String, String> environment) {
        String wanted = environment.getOrDefault("OMP_NUM_THREADS", "");
        return wanted.matches("[1-9]\\d{0,3}")
                ? Integer.parseInt(wanted)
                : Runtime.getRuntime().availableProcessors();
    }
}
