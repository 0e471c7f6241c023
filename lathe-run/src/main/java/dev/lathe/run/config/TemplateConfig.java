package dev.lathe.run.config;

import java.util.Optional;

/**
 * How conversations are written down.
 *
 * @param name of the template; empty for the tokenizer's own
 * @param toolFormat how tools are offered and called instead of the template's way
 * @param defaultSystem system text of conversations that have none, instead of the template's
 * @param enableThinking whether answers of a reasoning template think: yes, no, or (empty) as the data does
 * @param preserveThinking whether thoughts of earlier turns stay
 */
public record TemplateConfig(
        Optional<String> name,
        Optional<String> toolFormat,
        Optional<String> defaultSystem,
        Optional<Boolean> enableThinking,
        boolean preserveThinking) {
    static TemplateConfig of(Settings s) {
        return new TemplateConfig(
                s.optionalText("template"),
                s.optionalText("tool_format"),
                s.optionalText("default_system"),
                s.optionalFlag("enable_thinking"),
                s.flag("preserve_thinking"));
    }
}
