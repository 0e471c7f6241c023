package dev.lathe.bench.measure;

import dev.lathe.base.UserError;
import java.util.List;

/**
 * What generation to measure.
 *
 * @param prompt tokens that are read
 * @param tokens that are written
 * @param streams how many texts are written at once, one measurement after the other; besides the single one
 * @param int8 whether to measure the model with weights in 8 bits too
 */
public record GenerateRequest(ModelRequest model, int prompt, int tokens, List<Integer> streams, boolean int8) {
    /** Throws {@link UserError} for numbers that measure nothing. */
    public GenerateRequest {
        streams = List.copyOf(streams);
        if (prompt < 1 || prompt > 1_000_000) {
            throw new UserError("--prompt %d: between 1 and 1,000,000 tokens".formatted(prompt));
        }
        if (tokens < 2 || tokens > 1_000_000) {
            throw new UserError("--tokens %d: two at least, for the first one is the prompt's; 1,000,000 at most"
                    .formatted(tokens));
        }
        streams.stream().filter(count -> count < 1 || count > 1024).forEach(count -> {
            throw new UserError("--streams %d: between 1 and 1,024 texts at once".formatted(count));
        });
    }

    /** One stream, in the number format that the model has. */
    public GenerateRequest(ModelRequest model, int prompt, int tokens) {
        this(model, prompt, tokens, List.of(), false);
    }
}
