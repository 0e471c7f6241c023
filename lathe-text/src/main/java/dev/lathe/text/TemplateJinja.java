package dev.lathe.text;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A template written as a Jinja chat template, word for word as LLaMA-Factory writes it into a tokenizer. */
final class TemplateJinja {
    private static final String MARK = "{{content}}";

    private final Template template;
    private final Tokenizer tokenizer;

    TemplateJinja(Template template, Tokenizer tokenizer) {
        this.template = template;
        this.tokenizer = tokenizer;
    }

    /** Empty for a template with slots that name a token: there is no way to say those in Jinja. */
    Optional<String> text() {
        boolean sayable = List.of(template.prefix(), template.system(), template.user(), template.assistant()).stream()
                .flatMap(List::stream)
                .noneMatch(Slot.Token.class::isInstance);
        return sayable ? Optional.of(write()) : Optional.empty();
    }

    private String write() {
        StringBuilder jinja = new StringBuilder();
        String prefix = expression(template.prefix(), "content");
        if (!prefix.isEmpty()) {
            jinja.append("{{ ").append(prefix).append(" }}");
        }
        if (!template.defaultSystem().isEmpty()) {
            jinja.append("{% set system_message = ")
                    .append(quoted(template.defaultSystem()))
                    .append(" %}");
        }
        jinja.append("{% if messages[0]['role'] == 'system' %}{% set loop_messages = messages[1:] %}")
                .append("{% set system_message = messages[0]['content'] %}")
                .append("{% else %}{% set loop_messages = messages %}{% endif %}");
        String system = expression(template.system(), "system_message");
        if (template.kind() == Template.Kind.LLAMA2) {
            jinja.append("{% for message in loop_messages %}")
                    .append("{% if loop.index0 == 0 and system_message is defined %}{% set content = ")
                    .append(system)
                    .append(" + message['content'] %}{% else %}{% set content = message['content'] %}{% endif %}");
        } else {
            jinja.append("{% if system_message is defined %}{{ ")
                    .append(system)
                    .append(" }}{% endif %}{% for message in loop_messages %}")
                    .append("{% set content = message['content'] %}");
        }
        return jinja.append("{% if message['role'] == 'user' %}{{ ")
                .append(expression(template.user(), "content"))
                .append(" }}{% elif message['role'] == 'assistant' %}{{ ")
                .append(expression(template.assistant(), "content"))
                .append(" }}{% endif %}{% endfor %}")
                .toString();
    }

    private String expression(List<Slot> slots, String content) {
        List<String> terms = new ArrayList<>();
        for (Slot slot : slots) {
            switch (slot) {
                case Slot.Text(String text) -> addText(terms, text, content);
                case Slot.Token(String token) -> terms.add(quoted(token));
                case Slot.Bos() -> tokenizer.bos().ifPresent(bos -> terms.add(quoted(bos.text())));
                case Slot.Eos() -> tokenizer.eos().ifPresent(eos -> terms.add(quoted(eos.text())));
            }
        }
        return String.join(" + ", terms);
    }

    private static void addText(List<String> terms, String text, String content) {
        int at = text.indexOf(MARK);
        if (at < 0) {
            terms.add(quoted(text));
            return;
        }
        if (at > 0) {
            terms.add(quoted(text.substring(0, at)));
        }
        terms.add(content);
        String after = text.substring(at + MARK.length());
        if (!after.isEmpty()) {
            terms.add(quoted(after));
        }
    }

    private static String quoted(String text) {
        return "'" + text.replace("'", "\\'") + "'";
    }
}
