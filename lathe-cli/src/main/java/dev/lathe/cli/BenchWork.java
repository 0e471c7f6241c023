package dev.lathe.cli;

import dev.lathe.base.UserError;
import dev.lathe.bench.measure.ModelRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What a benchmark works on: a model, a file, keys. */
final class BenchWork {
    @Parameters(
            arity = "0..*",
            paramLabel = "MODEL | key=value",
            description =
                    "A model's folder, a GGUF file, a name on the hub or lathe:NAME (default: lathe:seedling); and"
                            + " keys that differ from the file's.")
    private List<String> arguments = new ArrayList<>();

    @Option(names = "--config", paramLabel = "FILE.yaml", description = "A configuration as for the command itself.")
    private Optional<String> file = Optional.empty();

    private Optional<String> model() {
        List<String> models = arguments.stream().filter(each -> !isKey(each)).toList();
        if (models.size() > 1) {
            throw new UserError(
                    "%s and %s: one model at a time; --config takes a file".formatted(models.get(0), models.get(1)));
        }
        return models.stream().findFirst();
    }

    /** Throws {@link UserError} when there are several models. */
    ModelRequest request() {
        return new ModelRequest(
                model(), file, arguments.stream().filter(BenchWork::isKey).toList());
    }

    private static boolean isKey(String argument) {
        return argument.matches("[A-Za-z_][A-Za-z0-9_.]*=.*");
    }
}
