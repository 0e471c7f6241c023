package dev.lathe.cli;

import dev.lathe.base.SystemFiles;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code lathe env}: what a bug report needs, and what makes this machine slower than it could be. */
@Command(
        name = "env",
        description = "Show versions, processor, threads and memory, and what is slow on this machine and why.")
final class EnvCommand implements Runnable {
    private final SystemFiles files;
    private final Map<String, String> environment;
    private final Map<String, Supplier<String>> libraries;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    /** {@code libraries}: a library's name, and how to ask for its version; asked only when the command runs. */
    EnvCommand(SystemFiles files, Map<String, String> environment, Map<String, Supplier<String>> libraries) {
        this.files = files;
        this.environment = environment;
        this.libraries = libraries;
    }

    @Override
    public void run() {
        PrintWriter out = spec.commandLine().getOut();
        Machine machine = Machine.read(files, environment, Runtime.getRuntime());
        print(out, "Lathe", Version.lathe());
        print(
                out,
                "Java",
                "%s (%s), heap at most %s"
                        .formatted(
                                Runtime.version(),
                                System.getProperty("java.vendor"),
                                Size.of(Runtime.getRuntime().maxMemory())));
        libraries.forEach((name, version) -> print(out, name, version.get()));
        print(
                out,
                "system",
                "%s %s, %s"
                        .formatted(
                                System.getProperty("os.name"),
                                System.getProperty("os.version"),
                                System.getProperty("os.arch")));
        print(
                out,
                "processor",
                "%s, %d processors, %d threads used"
                        .formatted(machine.processor().orElse("unknown"), machine.processors(), machine.threads()));
        if (!machine.features().isEmpty()) {
            print(out, "", String.join(" ", machine.features()));
        }
        print(
                out,
                "memory",
                "%s, %s available, container's limit %s"
                        .formatted(
                                size(machine.memory()).orElse("unknown"),
                                size(machine.availableMemory()).orElse("unknown"),
                                size(machine.limits().memory()).orElse("none")));
        out.println();
        List<SlowSpot> slow = SlowSpot.of(machine);
        out.println(slow.isEmpty() ? "Nothing found that is slow here." : "Slow here:");
        slow.forEach(spot -> out.printf("  %s%n    %s%n", spot.what(), spot.why()));
    }

    private static void print(PrintWriter out, String name, String value) {
        out.printf("%-10s %s%n", name, value);
    }

    private static Optional<String> size(OptionalLong bytes) {
        return bytes.isPresent() ? Optional.of(Size.of(bytes.getAsLong())) : Optional.empty();
    }
}
