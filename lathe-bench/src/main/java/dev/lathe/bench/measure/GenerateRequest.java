package dev.lathe.bench.measure;

import dev.lathe.base.UserError;

/**
 * What generation to measure.
 *
 * @param prompt tokens that are read
 * @param tokens that are written
 */
public record GenerateRequest(ModelRequest model, int prompt, int tokens) {
    /** Throws {@link UserError} for numbers that measure nothing. */
    public GenerateRequest {
        if (prompt < 1 || prompt > 1_000_000) {
            throw new UserError("--prompt %d: between 1 and 1,000,000 tokens".formatted(prompt));
        }
        if (tokens < 2 || tokens > 1_000_000) {
            throw new UserError("--tokens %d: two at least, for the first one is the prompt's; 1,000,000 at most"
                    .formatted(tokens));
        }
    }
}
