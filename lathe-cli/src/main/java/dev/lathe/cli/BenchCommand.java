package dev.lathe.cli;

import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code lathe bench}: what it measures is said by its subcommands. */
@Command(name = "bench", description = "Measure how fast Lathe is on this machine, and how fast it could be.")
final class BenchCommand implements Runnable {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    private BenchCommand() {}

    static CommandLine with(Map<String, String> environment) {
        return new CommandLine(new BenchCommand())
                .addSubcommand(new BenchTrainCommand(new BenchOutcome(environment)))
                .addSubcommand(new BenchGenerateCommand(new BenchOutcome(environment)))
                .addSubcommand(new BenchKernelsCommand(new BenchOutcome(environment)))
                .addSubcommand(new BenchSizeCommand(new BenchOutcome(environment)));
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Say what to measure: train, generate, kernels or size");
    }
}
