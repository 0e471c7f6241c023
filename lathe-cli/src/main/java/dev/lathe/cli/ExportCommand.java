package dev.lathe.cli;

import dev.lathe.run.MergeAndExport;
import dev.lathe.run.config.Command;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Unmatched;

/** {@code lathe export}: its arguments are a configuration file and keys, which the run room reads. */
@CommandLine.Command(
        name = "export",
        customSynopsis = "lathe export FILE.yaml [key=value ...] [--key value ...] [--print-config]",
        description = "Merge adapters into their model, and check the result. FILE.yaml may be the one that trained;"
                + " export_dir=FOLDER says where to.")
final class ExportCommand implements Runnable {
    private final Map<String, String> environment;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Unmatched
    private List<String> arguments = new ArrayList<>();

    ExportCommand(Map<String, String> environment) {
        this.environment = environment;
    }

    @Override
    public void run() {
        new ConfigurationArguments(Command.EXPORT, environment)
                .read(arguments, spec.commandLine().getOut())
                .ifPresent(configuration ->
                        new MergeAndExport(Terminal.host(environment, () -> false), configuration).run());
    }
}
