package dev.lathe.text;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** The thoughts that answers of a reasoning template may open with. */
final class Thoughts {
    private final Template template;
    private final Pattern thought;

    Thoughts(Template template) {
        this.template = template;
        this.thought = of(template.thoughtWords());
    }

    /** A thought with its words; its text is group 1. */
    static Pattern of(Template.Words words) {
        return Pattern.compile(Pattern.quote(words.open()) + "(.*?)" + Pattern.quote(words.close()), Pattern.DOTALL);
    }

    /** Whether answers are written with thoughts at all. */
    boolean exist() {
        return template.reasons();
    }

    /** What stands where a thought could: the template's words with nothing between. */
    String empty() {
        Template.Words words = template.thoughtWords();
        return template.kind() == Template.Kind.GLM47_REASONING ? words.close() : words.open() + words.close();
    }

    /** Whether an answer holds neither word. */
    boolean areMissingFrom(Message answer) {
        Template.Words words = template.thoughtWords();
        return !answer.content().contains(words.open().strip())
                && !answer.content().contains(words.close().strip());
    }

    /** The conversation without the thoughts of all answers but the last. */
    List<Message> ofLastAnswer(List<Message> messages) {
        List<Message> said = new ArrayList<>(messages);
        for (int i = 1; exist() && i < said.size() - 2; i += 2) {
            said.set(i, removedFrom(said.get(i)));
        }
        return said;
    }

    /** The same messages, without thoughts where the template is told not to think. */
    List<Message> wanted(List<Message> messages) {
        boolean unwanted = exist() && template.enableThinking().equals(Optional.of(false));
        return unwanted
                ? messages.stream()
                        .map(message -> isAnswer(message) ? removedFrom(message) : message)
                        .toList()
                : messages;
    }

    private static boolean isAnswer(Message message) {
        return message.role() == Role.ASSISTANT || message.role() == Role.FUNCTION;
    }

    private Message removedFrom(Message answer) {
        String rest = thought.matcher(answer.content()).replaceAll("");
        return new Message(answer.role(), rest.substring(lineFeeds(rest)));
    }

    /** How many line feeds a text begins with. */
    static int lineFeeds(String text) {
        int count = 0;
        while (count < text.length() && text.charAt(count) == '\n') {
            count++;
        }
        return count;
    }
}
