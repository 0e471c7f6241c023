package dev.lathe.run.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What is added to a model's vocabulary.
 *
 * @param resize whether the embedding grows where the tokenizer has more tokens than it has rows; adding one does so too
 * @param tokens ordinary tokens to add
 * @param specialTokens special tokens to add, unless a file of descriptions names them
 * @param descriptions a file of special tokens and what they mean
 * @param start of the new tokens' rows
 * @param template whose tokens are added after these
 */
public record VocabularyConfig(
        boolean resize,
        List<String> tokens,
        List<String> specialTokens,
        Optional<Path> descriptions,
        TokenStart start,
        TemplateConfig template) {
    static VocabularyConfig of(Settings s) {
        return new VocabularyConfig(
                s.flag("resize_vocab"),
                s.names("add_tokens"),
                s.names("add_special_tokens"),
                s.optionalPath("new_special_tokens_config"),
                TokenStart.of(s),
                TemplateConfig.of(s));
    }
}
