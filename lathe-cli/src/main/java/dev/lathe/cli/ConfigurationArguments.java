package dev.lathe.cli;

import dev.lathe.run.config.Command;
import dev.lathe.run.config.Configuration;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The arguments of a command that a file and keys describe, which {@code --print-config} shows instead of following. */
record ConfigurationArguments(Command command, Map<String, String> environment) {
    /** The configuration to follow; empty when it was to be shown, which has happened then. */
    Optional<Configuration> read(List<String> arguments, PrintWriter out) {
        Configuration configuration = Configuration.read(command, arguments, environment);
        if (!configuration.printWanted()) {
            return Optional.of(configuration);
        }
        out.print(configuration.printed());
        out.flush();
        return Optional.empty();
    }
}
