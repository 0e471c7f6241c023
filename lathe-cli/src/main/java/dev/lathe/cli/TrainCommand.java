package dev.lathe.cli;

import dev.lathe.run.TrainingRun;
import dev.lathe.run.config.Command;
import dev.lathe.run.config.Configuration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Unmatched;

/** {@code lathe train}: its arguments are a configuration file and keys, which the run room reads. */
@CommandLine.Command(
        name = "train",
        customSynopsis = "lathe train FILE.yaml [key=value ...] [--key value ...] [--print-config]",
        description = "Fine-tune or pre-train a model as a LLaMA-Factory file says.")
final class TrainCommand implements Callable<Integer> {
    private final Map<String, String> environment;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Unmatched
    private List<String> arguments = new ArrayList<>();

    TrainCommand(Map<String, String> environment) {
        this.environment = environment;
    }

    @Override
    public Integer call() {
        return new ConfigurationArguments(Command.TRAIN, environment)
                .read(arguments, spec.commandLine().getOut())
                .map(this::train)
                .orElse(0);
    }

    /** The status to end with. */
    private int train(Configuration configuration) {
        try (Interrupts interrupts = Interrupts.ofTermination(
                "Stopping after this step and saving a checkpoint; press Ctrl-C again to stop at once")) {
            boolean done = new TrainingRun(Terminal.host(environment, interrupts::requested), configuration).run();
            return done ? 0 : Interrupts.STATUS;
        }
    }
}
