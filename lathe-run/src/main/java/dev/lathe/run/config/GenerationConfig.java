package dev.lathe.run.config;

import java.util.OptionalInt;

/**
 * How answers are generated.
 *
 * @param sample false takes the likeliest token each time; so does temperature 0
 * @param topP in (0, 1]
 * @param topK 0 for all tokens
 * @param maxNewTokens most tokens of an answer; empty when {@code maxLength} bounds question and answer together
 * @param repetitionPenalty 1 for none
 */
public record GenerationConfig(
        boolean sample,
        double temperature,
        double topP,
        int topK,
        OptionalInt maxNewTokens,
        OptionalInt maxLength,
        double repetitionPenalty,
        boolean skipSpecialTokens) {
    static GenerationConfig of(Settings s) {
        int newTokens = s.whole("max_new_tokens");
        return new GenerationConfig(
                s.flag("do_sample") && s.number("temperature") > 0,
                s.number("temperature"),
                s.number("top_p"),
                s.whole("top_k"),
                newTokens > 0 ? OptionalInt.of(newTokens) : OptionalInt.empty(),
                newTokens > 0 ? OptionalInt.empty() : OptionalInt.of(s.whole("max_length")),
                s.number("repetition_penalty"),
                s.flag("skip_special_tokens"));
    }
}
