package dev.lathe.model;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lathe.base.Json;
import dev.lathe.base.UserError;
import dev.lathe.text.Tokenizer;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What can be known of a model without its weights, which need not even be there.
 *
 * @param config {@code config.json}; empty where there is none
 */
public record UnloadedModel(ObjectNode config, Tokenizer tokenizer) {
    /**
     * Reads a model's configuration and tokenizer. Throws {@link UserError} when there is no tokenizer.
     *
     * @param path a folder or a {@code .gguf} file
     */
    public static UnloadedModel open(Path path) {
        if (Files.isDirectory(path)) {
            Path config = path.resolve("config.json");
            boolean object = Files.exists(config) && Json.read(config).isObject();
            return new UnloadedModel(object ? (ObjectNode) Json.read(config) : Json.object(), Tokenizer.load(path));
        }
        if (!Files.isRegularFile(path)) {
            throw new UserError("model_name_or_path: %s is neither a folder nor a GGUF file".formatted(path));
        }
        try (LoadedModel model = LoadedModel.open(path.toString(), path)) {
            return new UnloadedModel(model.config(), model.tokenizer());
        }
    }
}
