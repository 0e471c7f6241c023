package dev.lathe.cli;

import dev.lathe.run.ScoreInput;
import dev.lathe.run.Scoring;
import dev.lathe.run.config.Command;
import dev.lathe.run.config.Configuration;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code lathe score}: a model's log-probabilities of a text. */
@CommandLine.Command(
        name = "score",
        description = "Show what a model thinks of a text: at every position the log-probability of the token, the"
                + " logsumexp and the largest logits; and the mean. For comparing a model before and after a change.")
final class ScoreCommand implements Runnable {
    private final Map<String, String> environment;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(
            index = "0",
            paramLabel = "MODEL",
            description = "A model's folder, a GGUF file, a name on the hub, lathe:NAME, or a .yaml file for training,"
                    + " export or chat.")
    private String model = "";

    @Parameters(index = "1..*", paramLabel = "key=value", description = "Keys that differ from the file's.")
    private List<String> keys = new ArrayList<>();

    @Option(names = "--adapter", paramLabel = "A", description = "An adapter's folder; it stays beside the model.")
    private Optional<String> adapter = Optional.empty();

    @ArgGroup(multiplicity = "1")
    private Texts texts = new Texts();

    @Option(names = "--dtype", paramLabel = "fp32|bf16", description = "Arithmetic; the checkpoint's own if left out.")
    private Optional<Arithmetic> dtype = Optional.empty();

    @Option(names = "--top", paramLabel = "N", description = "How many of the largest logits to show (default: 5).")
    private int top = 5;

    @Option(
            names = "--json",
            description =
                    "One JSON object a text: ids, logprobs (of the second token on), logsumexp, top ([id, logit]).")
    private boolean json;

    /** Names of number formats as people write them, in the words of infer_dtype. */
    enum Arithmetic {
        fp32("float32"),
        bf16("bfloat16");

        private final String key;

        Arithmetic(String key) {
            this.key = key;
        }
    }

    /** Exactly one of them. */
    static final class Texts {
        @Option(names = "--text", paramLabel = "S", description = "The text.")
        private Optional<String> text = Optional.empty();

        @Option(names = "--ids", paramLabel = "1,2,3", description = "The text's token ids.")
        private Optional<String> ids = Optional.empty();

        @Option(
                names = "--file",
                paramLabel = "F.jsonl",
                description = "Many texts: a JSON object a line, with \"text\" or \"ids\".")
        private Optional<Path> file = Optional.empty();

        private Optional<ScoreInput> input() {
            return text.<ScoreInput>map(ScoreInput.Text::new)
                    .or(() -> ids.map(ScoreInput::ids))
                    .or(() -> file.map(ScoreInput.Lines::new));
        }
    }

    ScoreCommand(Map<String, String> environment) {
        this.environment = environment;
    }

    @Override
    public void run() {
        ScoreInput input =
                texts.input().orElseThrow(() -> misread("Nothing to score: give one of --text, --ids and --file"));
        if (top < 0) {
            throw misread("--top must be at least 0");
        }
        Scoring.Format format = new Scoring.Format(top, json);
        new Scoring(
                        Terminal.quiet(environment),
                        configuration(),
                        format,
                        spec.commandLine().getOut())
                .run(input);
    }

    private CommandLine.ParameterException misread(String message) {
        return new CommandLine.ParameterException(spec.commandLine(), message);
    }

    private Configuration configuration() {
        List<String> arguments = new ArrayList<>();
        arguments.add(model.matches("(?i).*\\.(ya?ml|json)") ? model : key("model_name_or_path", model));
        arguments.addAll(keys);
        adapter.ifPresent(folder -> arguments.add(key("adapter_name_or_path", folder)));
        dtype.ifPresent(type -> arguments.add(key("infer_dtype", type.key)));
        return Configuration.read(Command.SCORE, arguments, environment);
    }

    private static String key(String name, String value) {
        return name + "=" + Configuration.quoted(value);
    }
}
