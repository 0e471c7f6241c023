package dev.lathe.model;

import dev.lathe.base.UserError;
import java.util.Set;

/**
 * What to write.
 *
 * @param prompt at least one token
 * @param maxNewTokens how many tokens to add at most
 * @param maxLength how long prompt and answer may be together
 * @param stopIds tokens that end the answer
 */
@SuppressWarnings("ArrayRecordComponent") // handed on, never compared
public record GenerationRequest(
        int[] prompt, int maxNewTokens, int maxLength, Set<Integer> stopIds, Sampling sampling) {
    public GenerationRequest {
        stopIds = Set.copyOf(stopIds);
        if (prompt.length == 0) {
            throw new UserError("the prompt has no tokens: the model needs at least one to go on from");
        }
    }

    /** How long the text may become. */
    int end() {
        return (int) Math.min((long) prompt.length + maxNewTokens, Math.max(maxLength, prompt.length));
    }
}
