package dev.lathe.run.config;

import dev.lathe.base.UserError;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;

/** A YAML or JSON file of special tokens and what they mean: {@code "<svg>": Marks the beginning of a drawing}. */
public final class TokenDescriptions {
    private TokenDescriptions() {}

    /** Token to description, in the order of the file. Throws {@link UserError} when it is anything else. */
    public static SequencedMap<String, String> read(Path file) {
        if (!(ConfigFile.root(file).value() instanceof Value.Fields(Map<String, Located> fields)) || fields.isEmpty()) {
            throw new UserError(
                    "new_special_tokens_config: %s must map tokens to descriptions, a line each: \"<svg>\": Marks the beginning of a drawing"
                            .formatted(file));
        }
        SequencedMap<String, String> descriptions = new LinkedHashMap<>();
        fields.forEach((token, description) -> {
            if (!(description.value() instanceof Value.Text(String text)) || token.isEmpty()) {
                throw new UserError("new_special_tokens_config: %s: the description of \"%s\" is %s, not a text"
                        .formatted(file, token, description.value().shown()));
            }
            descriptions.put(token, text);
        });
        return descriptions;
    }
}
