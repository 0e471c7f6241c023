package dev.lathe.cli;

import dev.lathe.run.DataInspection;
import dev.lathe.run.config.Command;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Unmatched;

/** {@code lathe data}: what a training file trains on. */
@CommandLine.Command(
        name = "data",
        customSynopsis = "lathe data FILE.yaml [key=value ...] [--sample N] [--png FILE] [--html FILE] [--jsonl FILE]",
        description = "Show what a training file is going to train on, before anything trains: rows read, cut and"
                + " dropped, lengths, steps, packing, what looks wrong, and any sample token by token.")
final class DataCommand implements Runnable {
    private final Map<String, String> environment;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--sample",
            split = ",",
            paramLabel = "N",
            description = "Show a sample in full: its number (17), or a data set with a row's number (identity:3)."
                    + " May be given several times.")
    private List<String> samples = new ArrayList<>();

    @Option(names = "--png", paramLabel = "FILE", description = "Write a picture of the rows' lengths.")
    private Optional<Path> png = Optional.empty();

    @Option(
            names = "--html",
            paramLabel = "FILE",
            description = "Write all of it as one page, with the samples asked for and those that look wrong.")
    private Optional<Path> html = Optional.empty();

    @Option(
            names = "--jsonl",
            paramLabel = "FILE",
            description = "Write every sample as the trainer gets it, one JSON object a line.")
    private Optional<Path> jsonl = Optional.empty();

    @Unmatched
    private List<String> arguments = new ArrayList<>();

    DataCommand(Map<String, String> environment) {
        this.environment = environment;
    }

    @Override
    public void run() {
        new ConfigurationArguments(Command.DATA, environment)
                .read(arguments, spec.commandLine().getOut())
                .ifPresent(configuration -> new DataInspection(Terminal.host(environment, () -> false), configuration)
                        .run(new DataInspection.Wanted(samples, png, html, jsonl)));
    }
}
