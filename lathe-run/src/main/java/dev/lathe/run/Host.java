package dev.lathe.run;

import dev.lathe.base.Disk;
import dev.lathe.base.ResidentMemory;
import dev.lathe.base.SafeFiles;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;

/**
 * What a run sees of the machine it is on. Made by main; tests hand in their own.
 *
 * @param home the user's home folder
 * @param out where progress is shown
 * @param terminalWidth columns of the terminal, if {@code out} is one
 * @param threads inside one operation of libtorch
 * @param interrupted turns true when the user wants the run to stop
 */
public record Host(
        Map<String, String> environment,
        Path home,
        SafeFiles files,
        Clock clock,
        PrintStream out,
        Optional<IntSupplier> terminalWidth,
        ResidentMemory memory,
        int threads,
        BooleanSupplier interrupted) {
    /** The machine that this process is on, with progress shown on {@code out} in plain lines. */
    public static Host ofProcess(Map<String, String> environment, PrintStream out) {
        return new Host(
                environment,
                Path.of(System.getProperty("user.home")),
                new SafeFiles(Disk.real()),
                Clock.systemDefaultZone(),
                out,
                Optional.empty(),
                ResidentMemory.ofHost(),
                threads(environment),
                () -> false);
    }

    /** The same on a terminal, whose width is asked at every drawing. */
    public Host onTerminal(IntSupplier width) {
        return new Host(environment, home, files, clock, out, Optional.of(width), memory, threads, interrupted);
    }

    public Host interruptedBy(BooleanSupplier request) {
        return new Host(environment, home, files, clock, out, terminalWidth, memory, threads, request);
    }

    /** The same, where the user chooses the place of the files with {@code key}. */
    Host choosing(String key) {
        return new Host(
                environment, home, files.chosenBy(key), clock, out, terminalWidth, memory, threads, interrupted);
    }

    /** As many as there are processors, unless the user says how many OpenMP is to use. */
    private static int threads(Map<String, String> environment) {
        String wanted = environment.getOrDefault("OMP_NUM_THREADS", "");
        return wanted.matches("[1-9]\\d{0,3}")
                ? Integer.parseInt(wanted)
                : Runtime.getRuntime().availableProcessors();
    }

    /** Where Lathe keeps what it can make again: tokenised data, models that came with it. */
    Path cache() {
        String own = environment.getOrDefault("LATHE_CACHE", "");
        String shared = environment.getOrDefault("XDG_CACHE_HOME", "");
        if (!own.isEmpty()) {
            return Path.of(own);
        }
        return (shared.isEmpty() ? home.resolve(".cache") : Path.of(shared)).resolve("lathe");
    }

    /** For what lies in {@link #cache}. */
    SafeFiles cacheFiles() {
        return files.chosenBy("LATHE_CACHE");
    }

    /** Seconds since some fixed moment, on a clock that nobody sets. */
    public double seconds() {
        return System.nanoTime() / 1e9;
    }

    /** Shows one line. */
    public void say(String line) {
        out.println(line);
        out.flush();
    }
}
