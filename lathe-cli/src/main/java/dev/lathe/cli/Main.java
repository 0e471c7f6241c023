package dev.lathe.cli;

import dev.lathe.base.SystemFiles;
import dev.lathe.tensor.Torch;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * The program: parses, calls, prints. What it does lives in the rooms below; what it is put together from stands here.
 *
 * <p>Statuses: 0 done, 1 something the user can mend or a defect, 2 a command line that cannot be read.
 */
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        if (args.length == 1 && args[0].equals("version")) { // the parser alone takes longer than all of this
            System.out.println(Version.line());
            return;
        }
        Locale.setDefault(Locale.ROOT); // numbers in messages as in files, whatever the language of the system
        StandardError.restore(System.getenv());
        PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
        PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        int status = run(out, err, System.getenv(), args);
        out.flush();
        err.flush();
        System.exit(status);
    }

    /** The commands, in the order in which help lists them. Each is thin, and made without touching libtorch. */
    static List<Object> commands(Map<String, String> environment) {
        SystemFiles files = SystemFiles.ofHost();
        return List.of(
                new TrainCommand(environment),
                new DataCommand(environment),
                new ChatCommand(environment),
                new ExportCommand(environment),
                new ScoreCommand(environment),
                BenchCommand.with(environment),
                new EnvCommand(files, environment, Map.of("libtorch", () -> libtorch())),
                new VersionCommand(),
                new HelpCommand());
    }

    /** Loads it, to see whether it can be: what hinders it (a missing system library, say) is in the message. */
    private static String libtorch() {
        try {
            return "%s, %d threads".formatted(Torch.version(), Torch.threads());
        } catch (IOException | LinkageError e) {
            return "cannot be loaded: " + e;
        }
    }

    static int run(PrintWriter out, PrintWriter err, Map<String, String> environment, String... args) {
        CommandLine lathe = new CommandLine(spec());
        commands(environment).forEach(lathe::addSubcommand);
        lathe.getSubcommands().values().stream()
                .map(CommandLine::getCommandSpec)
                .filter(command -> !command.optionsMap().containsKey("--help"))
                .forEach(command -> command.addOption(help()));
        lathe.setOut(out).setErr(err);
        lathe.setParameterExceptionHandler(new Misread());
        Failures failures = new Failures(environment.containsKey("LATHE_DEBUG"));
        lathe.setExecutionExceptionHandler((failure, at, parsed) -> failures.report(failure, at.getErr()));
        try {
            return lathe.execute(args.length == 0 ? new String[] {"help"} : args);
        } catch (StackOverflowError | OutOfMemoryError | LinkageError e) {
            return failures.report(e, err);
        }
    }

    /** {@code train} and its like would take {@code --help} for a key. */
    private static OptionSpec help() {
        return OptionSpec.builder("-h", "--help")
                .usageHelp(true)
                .description("Show this help message and exit.")
                .build();
    }

    private static CommandSpec spec() {
        CommandSpec spec = CommandSpec.create().name("lathe").mixinStandardHelpOptions(true);
        spec.versionProvider(new VersionCommand());
        spec.usageMessage()
                .description("Fine-tunes, merges and serves large language models, from LLaMA-Factory's own files.")
                .synopsisSubcommandLabel("COMMAND");
        return spec;
    }
}
