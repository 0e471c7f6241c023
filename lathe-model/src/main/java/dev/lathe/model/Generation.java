package dev.lathe.model;

/**
 * What was written, and at what cost.
 *
 * @param ids the new tokens; a stop token that ended them is the last one
 * @param promptTokens tokens of the prompt, {@code reusedTokens} of them known from the cache and not read again
 * @param prefillSeconds until the first new token could be chosen
 * @param decodeSeconds from then on
 * @param beyondPositions whether the text grew longer than the model was made for, where answers become worse
 */
@SuppressWarnings("ArrayRecordComponent") // handed on, never compared
public record Generation(
        int[] ids,
        StopReason reason,
        int promptTokens,
        int reusedTokens,
        double prefillSeconds,
        double decodeSeconds,
        boolean beyondPositions) {
    /** Why nothing more was written. */
    public enum StopReason {
        /** The model ended its answer. */
        STOP_TOKEN,
        /** As many tokens as were asked for, or as fit. */
        LENGTH,
        /** Somebody did not want to wait. */
        INTERRUPTED
    }

    /** Of a request whose turn never came. */
    static Generation never(GenerationRequest request) {
        return new Generation(new int[0], StopReason.INTERRUPTED, request.prompt().length, 0, 0, 0, false);
    }

    /** New tokens a second, the first one not counted, which the prompt pays for; 0 when there were no others. */
    public double tokensPerSecond() {
        return ids.length < 2 || decodeSeconds <= 0 ? 0 : (ids.length - 1) / decodeSeconds;
    }
}
