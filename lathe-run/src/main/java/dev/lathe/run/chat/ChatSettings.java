package dev.lathe.run.chat;

import dev.lathe.base.UserError;
import dev.lathe.model.Sampling;

/**
 * How answers are given.
 *
 * @param system system text; empty for the template's own
 * @param maxNewTokens longest answer
 * @param contextLength longest conversation, answer included, before its beginning is forgotten: at most what the model
 *     was made for
 * @param skipSpecialTokens whether special tokens are left out of what is shown
 */
public record ChatSettings(
        String system, Sampling sampling, int maxNewTokens, int contextLength, boolean skipSpecialTokens) {

    /** Throws {@link UserError} when no token may be written. */
    public ChatSettings {
        if (maxNewTokens < 1) {
            throw new UserError("max_new_tokens: %d must be at least 1".formatted(maxNewTokens));
        }
        if (contextLength < 2) {
            throw new UserError("%d tokens have no room for a question and an answer".formatted(contextLength));
        }
    }

    ChatSettings withSystem(String text) {
        return new ChatSettings(text, sampling, maxNewTokens, contextLength, skipSpecialTokens);
    }

    /** Tokens kept free for the answer: as many as it may have, but at most a quarter of the conversation. */
    int room() {
        return Math.min(maxNewTokens, contextLength / 4);
    }
}
