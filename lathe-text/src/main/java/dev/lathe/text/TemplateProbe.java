package dev.lathe.text;

import dev.lathe.base.UserError;
import java.util.List;
import java.util.Optional;

/**
 * Finds a template out from a tokenizer's chat template: renders small conversations whose content is a mark, and reads
 * the slots off what stands around it. This is what LLaMA-Factory does when no template is named.
 */
final class TemplateProbe {
    private static final String MARK = "{{content}}";

    private final ChatTemplate chat;
    private final String prefix;

    private TemplateProbe(ChatTemplate chat, String prefix) {
        this.chat = chat;
        this.prefix = prefix;
    }

    static Template template(Tokenizer tokenizer) {
        String prefix = tokenizer.decode(tokenizer.encodeWithSpecialTokens(""), false);
        return new TemplateProbe(ChatTemplate.of(tokenizer), prefix).read();
    }

    private Template read() {
        Message system = new Message(Role.SYSTEM, MARK);
        Message noSystem = new Message(Role.SYSTEM, "");
        Message question = new Message(Role.USER, MARK);
        Message answer = new Message(Role.ASSISTANT, MARK);

        String systemSlot = render(List.of(system), false);
        String emptySystemAndQuestion = render(List.of(noSystem, question), true);
        String asked = render(List.of(question), true);
        String conversation = render(List.of(question, answer), false);
        if (!conversation.startsWith(asked)) {
            throw unreadable("an answer does not begin where its prompt ends");
        }
        String answered = conversation.substring(asked.length());
        boolean thinks = answered.contains("<think>");
        String defaultSystem =
                asked.length() > emptySystemAndQuestion.length() ? inserted(emptySystemAndQuestion, asked) : "";
        int systemLength = defaultSystem.isEmpty() ? 0 : systemSlot.length() - MARK.length() + defaultSystem.length();
        if (systemLength < 0 || systemLength > asked.length()) {
            throw unreadable("its system text is not a part of what it writes");
        }
        return template(
                thinks ? Template.Kind.REASONING : Template.Kind.PLAIN,
                systemSlot,
                asked.substring(systemLength),
                withoutThought(answered),
                defaultSystem);
    }

    private static UserError unreadable(String why) {
        return new UserError(
                "no template can be read off this model's chat template: %s. Name one (template: chatml, ...)"
                        .formatted(why));
    }

    private String render(List<Message> messages, boolean addGenerationPrompt) {
        String text = chat.render(messages, addGenerationPrompt);
        return text.substring(Math.min(prefix.length(), text.length()));
    }

    /** The characters of {@code longer} that {@code shorter} lacks, reading both from the left. */
    private static String inserted(String shorter, String longer) {
        StringBuilder inserted = new StringBuilder();
        int i = 0;
        for (int j = 0; j < longer.length() && i < shorter.length(); j++) {
            if (shorter.charAt(i) == longer.charAt(j)) {
                i++;
            } else {
                inserted.append(longer.charAt(j));
            }
        }
        return inserted.toString();
    }

    private static String withoutThought(String answer) {
        String bare = answer.replace("<think>", "").replace("</think>", "");
        int start = 0;
        while (start < bare.length() && bare.charAt(start) == '\n') {
            start++;
        }
        return bare.substring(start);
    }

    private Template template(Template.Kind kind, String system, String user, String assistant, String defaultSystem) {
        return new Template(
                "of the model",
                kind,
                prefix.isEmpty() ? List.of() : List.of(new Slot.Text(prefix)),
                List.of(new Slot.Text(system)),
                List.of(new Slot.Text(user)),
                List.of(new Slot.Text(assistant)),
                List.of(new Slot.Text(user)),
                List.of(new Slot.Text(assistant)),
                "default",
                "default",
                defaultSystem,
                List.of(),
                new Template.Words("<think>\n", "\n</think>\n\n"),
                new Template.Words("<tool_call>", "</tool_call>"),
                false,
                false,
                false,
                Optional.of(true),
                false);
    }
}
