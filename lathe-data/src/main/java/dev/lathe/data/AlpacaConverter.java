package dev.lathe.data;

import dev.lathe.text.Message;
import dev.lathe.text.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Alpaca format: an instruction, an input that is added to it, an answer (or two to choose between), earlier
 * question-and-answer pairs.
 *
 * @param answered whether a row without an answer is of no use (it is, except for running text and bare prompts)
 */
record AlpacaConverter(AlpacaColumns columns, boolean answered) implements RowConverter {
    @Override
    public Converted convert(RawRow raw) {
        Cells cells = new Cells(raw);
        List<Message> prompt = new ArrayList<>();
        if (columns.history().isPresent() && !history(cells, columns.history().get(), prompt)) {
            return new Converted.Dropped(DropReason.NO_TEXT);
        }
        String question = Stream.of(columns.prompt(), columns.query())
                .flatMap(Optional::stream)
                .flatMap(column -> cells.text(column).stream())
                .filter(text -> !text.isEmpty())
                .collect(Collectors.joining("\n"));
        prompt.add(new Message(Role.USER, question));
        return new Converted.Kept(new Row(
                prompt,
                answer(cells),
                columns.system().flatMap(cells::text).orElse(""),
                columns.tools().flatMap(cells::json).orElse("")));
    }

    @Override
    public Set<String> expected() {
        AnswerColumns answers = columns.answers();
        Stream<Optional<String>> needed = !answered
                ? Stream.of(columns.prompt())
                : answers.ranking()
                        ? Stream.of(columns.prompt(), answers.chosen(), answers.rejected())
                        : Stream.of(columns.prompt(), columns.response(), answers.tag());
        return needed.flatMap(Optional::stream).collect(Collectors.toSet());
    }

    private Answer answer(Cells cells) {
        AnswerColumns answers = columns.answers();
        Optional<Message> answer = message(cells, columns.response());
        Optional<Boolean> good = answers.tag().flatMap(cells::truth);
        if (good.isPresent() && answer.isPresent()) {
            return new Answer.Judged(answer.get(), good.get());
        }
        if (answers.ranking()) {
            Optional<Message> chosen = message(cells, answers.chosen());
            Optional<Message> rejected = message(cells, answers.rejected());
            return chosen.isPresent() && rejected.isPresent()
                    ? new Answer.Pair(chosen.get(), rejected.get())
                    : new Answer.None();
        }
        return answer.<Answer>map(Answer.One::new).orElseGet(Answer.None::new);
    }

    private static Optional<Message> message(Cells cells, Optional<String> column) {
        return column.flatMap(cells::text).map(text -> new Message(Role.ASSISTANT, text));
    }

    /** Adds the earlier turns; false when one of them has no text. */
    private static boolean history(Cells cells, String column, List<Message> prompt) {
        for (Cell pair : cells.items(column)) {
            if (!(pair instanceof Cell.Items(List<Cell> said)) || said.size() != 2) {
                throw cells.wrong(column, "a list of [question, answer] pairs of texts", pair);
            }
            Optional<String> question = cells.text(said.getFirst(), column);
            Optional<String> answer = cells.text(said.getLast(), column);
            if (question.isEmpty() || answer.isEmpty()) {
                return false;
            }
            prompt.add(new Message(Role.USER, question.get()));
            prompt.add(new Message(Role.ASSISTANT, answer.get()));
        }
        return true;
    }
}
