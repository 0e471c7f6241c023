package dev.lathe.model;

import dev.lathe.base.UserError;

/**
 * How the next token is chosen, in the words of transformers' generation settings and with their meaning.
 *
 * @param doSample whether to draw at all; otherwise the largest logit wins
 * @param temperature what logits are divided by; 0 is the largest logit too
 * @param topP keeps the fewest tokens whose probabilities reach this sum; 1 keeps all
 * @param topK keeps this many of the most probable tokens, more if the last of them ties; 0 keeps all
 * @param repetitionPenalty divides positive and multiplies negative logits of tokens that the text, prompt included,
 *     has already; 1 changes nothing
 * @param seed with the token's position it decides every draw
 */
public record Sampling(
        boolean doSample, double temperature, double topP, int topK, double repetitionPenalty, long seed) {
    /** The most probable token each time. */
    public static final Sampling GREEDY = new Sampling(false, 1, 1, 0, 1, 0);

    /** Throws {@link UserError} naming the setting that is out of range. */
    public Sampling {
        require(temperature >= 0 && temperature < Double.POSITIVE_INFINITY, "temperature", temperature, "0 or more");
        require(topP >= 0 && topP <= 1, "top_p", topP, "between 0 and 1; 1 keeps every token");
        require(topK >= 0, "top_k", topK, "0 or more; 0 keeps every token");
        require(
                repetitionPenalty > 0 && repetitionPenalty < Double.POSITIVE_INFINITY,
                "repetition_penalty",
                repetitionPenalty,
                "above 0; 1 changes nothing");
    }

    /** Whether the most probable token is always taken. */
    public boolean isGreedy() {
        return !doSample || temperature == 0;
    }

    private static void require(boolean holds, String key, Number value, String range) {
        if (!holds) {
            throw new UserError("%s: %s must be %s".formatted(key, value, range));
        }
    }
}
