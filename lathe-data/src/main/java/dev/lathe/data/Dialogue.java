package dev.lathe.data;

import dev.lathe.text.Message;
import dev.lathe.text.Role;
import java.util.List;
import java.util.Optional;

/** What was said in a row whose messages are a list, and how it becomes a prompt with its answer. */
record Dialogue(List<Message> messages, String system, String tools) {
    /** Reads a message that stands in a column of its own; empty where that is null. */
    @FunctionalInterface
    interface Answers {
        /** Empty for a message that is not an answer. */
        Optional<Message> read(Cell message);
    }

    /** A question (user, observation) and an answer (assistant, function) take turns. */
    Converted row(Cells cells, AnswerColumns columns, Answers answers) {
        if (messages.isEmpty()) {
            return dropped(DropReason.NO_MESSAGES);
        }
        for (int turn = 0; turn < messages.size(); turn++) {
            if (isAnswer(messages.get(turn).role()) != (turn % 2 == 1)) {
                return dropped(DropReason.WRONG_TURN);
            }
        }
        boolean asks = messages.size() % 2 == 1;
        if (columns.ranking()) {
            return asks ? pair(cells, columns, answers) : dropped(DropReason.NO_LAST_QUESTION);
        }
        if (asks) {
            return dropped(DropReason.NO_LAST_ANSWER);
        }
        Message last = messages.getLast();
        Optional<Boolean> good = columns.tag().flatMap(cells::truth);
        return kept(
                messages.subList(0, messages.size() - 1),
                good.<Answer>map(tag -> new Answer.Judged(last, tag)).orElseGet(() -> new Answer.One(last)));
    }

    private Converted pair(Cells cells, AnswerColumns columns, Answers answers) {
        Optional<Message> chosen = columns.chosen().map(cells.row()::cell).flatMap(answers::read);
        Optional<Message> rejected = columns.rejected().map(cells.row()::cell).flatMap(answers::read);
        return chosen.isEmpty() || rejected.isEmpty()
                ? dropped(DropReason.NO_PAIR)
                : kept(messages, new Answer.Pair(chosen.get(), rejected.get()));
    }

    private Converted kept(List<Message> prompt, Answer answer) {
        return new Converted.Kept(new Row(prompt, answer, system, tools));
    }

    private static Converted dropped(DropReason reason) {
        return new Converted.Dropped(reason);
    }

    static boolean isAnswer(Role role) {
        return role == Role.ASSISTANT || role == Role.FUNCTION;
    }
}
