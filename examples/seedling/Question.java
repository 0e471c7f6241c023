import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A question with its reply.
 *
 * @param category what it tests
 * @param system the system prompt, or empty
 * @param history earlier questions and replies
 * @param reply the sentence to learn
 * @param answer the one right word or number in it
 * @param others what must not be named beside it (rival answers); empty for numbers, where the
 *     reply's last number counts
 */
record Question(
        String category,
        String system,
        List<Turn> history,
        String question,
        String reply,
        String answer,
        List<String> others) {

    record Turn(String question, String reply) {}

    static Question of(String category, String question, String reply, String answer, List<String> rivals) {
        List<String> others = rivals.stream().filter(r -> !r.equals(answer)).toList();
        return new Question(category, "", List.of(), question, reply, answer, others);
    }

    static Question of(String category, String question, String reply, Object number) {
        return of(category, question, reply, number.toString(), List.of());
    }

    Question withSystem(String newSystem) {
        return new Question(category, newSystem, history, question, reply, answer, others);
    }

    Question withReply(String newReply) {
        return new Question(category, system, history, question, newReply, answer, others);
    }

    Question withCategory(String newCategory) {
        return new Question(newCategory, system, history, question, reply, answer, others);
    }

    /** This question as the next turn after another. */
    Question after(Question earlier) {
        List<Turn> turns = new ArrayList<>(earlier.history);
        turns.add(new Turn(earlier.question, earlier.reply));
        return new Question(category, earlier.system, List.copyOf(turns), question, reply, answer, others);
    }

    /** The row in sharegpt format. */
    Map<String, Object> conversation() {
        List<Map<String, String>> messages = new ArrayList<>();
        for (Turn turn : history) {
            messages.add(message("human", turn.question));
            messages.add(message("gpt", turn.reply));
        }
        messages.add(message("human", question));
        messages.add(message("gpt", reply));
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("conversations", messages);
        row.put("system", system);
        return row;
    }

    /** The row with what {@code Score} needs. */
    Map<String, Object> scored() {
        Map<String, Object> row = conversation();
        row.put("category", category);
        row.put("answer", answer);
        row.put("others", others);
        return row;
    }

    private static Map<String, String> message(String from, String value) {
        Map<String, String> message = new LinkedHashMap<>(); // keeps the order: the files must not change
        message.put("from", from);
        message.put("value", value);
        return message;
    }
}
