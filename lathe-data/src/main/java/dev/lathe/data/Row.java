package dev.lathe.data;

import dev.lathe.text.Message;
import java.util.ArrayList;
import java.util.List;

/**
 * A row in the one form all formats come to.
 *
 * @param prompt what was said before, ending with a question
 * @param response the answer: one message, or none where the row has no answer
 * @param system empty when the row has none
 * @param tools JSON text, empty when the row has none
 */
record Row(List<Message> prompt, List<Message> response, String system, String tools) {
    Row {
        prompt = List.copyOf(prompt);
        response = List.copyOf(response);
    }

    /** The whole conversation. */
    List<Message> messages() {
        List<Message> all = new ArrayList<>(prompt);
        all.addAll(response);
        return all;
    }
}
