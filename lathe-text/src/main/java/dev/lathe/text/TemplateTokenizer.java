package dev.lathe.text;

import java.util.List;

/** What a template does to the tokenizer it is used with. */
final class TemplateTokenizer {
    private static final String LAST_RESORT = "<|endoftext|>";

    private TemplateTokenizer() {}

    static Tokenizer fixed(Template template, Tokenizer tokenizer) {
        List<String> stopWords = template.stopWords();
        Tokenizer fixed = tokenizer;
        if (template.replaceEos() && !stopWords.isEmpty()) {
            fixed = fixed.withEos(stopWords.getFirst());
            stopWords = stopWords.subList(1, stopWords.size());
        }
        if (fixed.eos().isEmpty()) {
            fixed = fixed.withEos(LAST_RESORT);
        }
        if (fixed.pad().isEmpty()) {
            fixed = fixed.withPad(fixed.eos().orElseThrow().text());
        }
        if (!stopWords.isEmpty()) {
            fixed = fixed.withAdditionalSpecialTokens(stopWords);
        }
        return withChatTemplate(template, fixed);
    }

    private static Tokenizer withChatTemplate(Template template, Tokenizer tokenizer) {
        if (tokenizer.chatTemplate().isPresent() && !template.replaceJinjaTemplate()) {
            return tokenizer;
        }
        return new TemplateJinja(template, tokenizer)
                .text()
                .map(tokenizer::withChatTemplate)
                .orElse(tokenizer);
    }
}
