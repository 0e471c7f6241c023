package dev.lathe.data;

import dev.lathe.text.Message;
import java.util.ArrayList;
import java.util.List;

/**
 * A row in the one form all formats come to.
 *
 * @param prompt what was said before, ending with a question
 * @param system empty when the row has none
 * @param tools JSON text, empty when the row has none
 */
record Row(List<Message> prompt, Answer answer, String system, String tools) {
    Row {
        prompt = List.copyOf(prompt);
    }

    /** The whole conversation, with its answer if it has just one. */
    List<Message> messages() {
        return answer instanceof Answer.One(Message message) ? with(message) : prompt;
    }

    /** The whole conversation, if it ends with this answer. */
    List<Message> with(Message last) {
        List<Message> all = new ArrayList<>(prompt);
        all.add(last);
        return all;
    }
}
