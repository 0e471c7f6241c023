package dev.lathe.bench.measure;

import dev.lathe.run.config.Command;
import dev.lathe.run.config.Configuration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which model to measure.
 *
 * @param model in the place of the file's; without both, {@code lathe:seedling}
 * @param file a configuration for training, chat or export
 * @param keys that differ, as {@code key=value}
 */
public record ModelRequest(Optional<String> model, Optional<String> file, List<String> keys) {
    public ModelRequest {
        keys = List.copyOf(keys);
    }

    /** The same with one more key. */
    ModelRequest with(String key) {
        List<String> more = new ArrayList<>(keys);
        more.add(key);
        return new ModelRequest(model, file, more);
    }

    /** Throws {@link dev.lathe.base.UserError} with all that is wrong in file and keys. */
    public Configuration configuration(Map<String, String> environment) {
        List<String> arguments = new ArrayList<>();
        file.ifPresentOrElse(arguments::add, () -> arguments.add("model_name_or_path=lathe:seedling"));
        model.ifPresent(name -> arguments.add("model_name_or_path=" + Configuration.quoted(name)));
        arguments.addAll(keys);
        return Configuration.read(Command.SCORE, arguments, environment);
    }
}
