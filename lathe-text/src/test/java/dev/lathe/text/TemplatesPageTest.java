package dev.lathe.text;

import dev.lathe.base.MadePage;
import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** docs/templates.md is made from the data. */
class TemplatesPageTest {
    @Test
    void thePageIsUpToDate() throws IOException {
        new MadePage("docs/templates.md", TemplatesPageTest.class).is(text());
    }

    private static String text() {
        return """
                # Templates

                `template: NAME` says how a conversation becomes text. All %d of LLaMA-Factory are here, with the same ids to the
                token ([where Lathe differs](compatibility.md)). Left out, the tokenizer's own chat template is read
                ([data](data.md#templates)).

                - **tools**: how tools are offered and called; `tool_format: NAME` takes another one, and a call then ends like a
                  plain answer. The names are: %s.
                - **thoughts**: what an empty thought looks like, where answers may open with one. With `enable_thinking: true` (the
                  default) an answer without a thought learns to give the empty one; with `false` thoughts are taken out
                  of the data, and the empty one stands in the question; with `null` an answer that has a thought learns
                  it, and elsewhere the empty one stands in the question. Prompts have no thoughts of earlier turns unless
                  `preserve_thinking: true`; nor has training with `mask_history`.
                - **ends an answer**: stop words, beside the tokenizer's end-of-text token. *eos* means that the first of them
                  becomes that token; *next turn* that answers have no end of their own.
                - **system**: *in front* is a message of its own, *in question* part of the first question; *default* says that
                  there is a text where the data has none (`default_system` replaces it).

                Templates of models that see or hear work for text; images, video and sound are not there yet. Tool format
                `llama3` tells the model which day it is, as the reference does: rows with tools are tokenised anew every day.

                | template | tools | thoughts | ends an answer | system |
                |---|---|---|---|---|
                %s
                """.formatted(
                Templates.names().size(),
                ToolFormats.names().stream().map(TemplatesPageTest::code).collect(Collectors.joining(", ")),
                Templates.names().stream().map(TemplatesPageTest::row).collect(Collectors.joining("\n")));
    }

    private static String row(String name) {
        Template template = Templates.byName(name);
        String calls = template.functionFormat().equals(template.toolFormat())
                ? ""
                : ", calls as " + code(template.functionFormat());
        String ends = List.of(
                        template.stopWords().stream()
                                .map(TemplatesPageTest::code)
                                .collect(Collectors.joining(", ")),
                        template.replaceEos() ? "eos" : "",
                        template.efficientEos() ? "next turn" : "")
                .stream()
                .filter(word -> !word.isEmpty())
                .collect(Collectors.joining(", "));
        return "| %s | %s | %s | %s | %s |"
                .formatted(
                        code(name),
                        code(template.toolFormat()) + calls,
                        template.reasons() ? code(new Thoughts(template).empty()) : "",
                        ends,
                        (template.kind() == Template.Kind.LLAMA2 ? "in question" : "in front")
                                + (template.defaultSystem().isEmpty() ? "" : ", default"));
    }

    private static String code(String text) {
        return "`" + text.replace("\n", "\\n").replace("|", "\\|") + "`";
    }
}
