package dev.lathe.text;

import java.util.List;
import java.util.stream.IntStream;

/** Writes conversations down as token ids, the way one model expects them. */
public interface TurnEncoder {
    /**
     * A conversation cut into question and answer pairs.
     *
     * @param messages question, answer, question, answer, ...: questions are of users or tools, answers of the assistant
     *     or calls of tools
     * @param system the conversation's system text; empty for none (the template may have its own)
     * @param tools JSON list of the tools on offer; empty for none
     */
    List<Turn> turns(List<Message> messages, String system, String tools);

    /**
     * The last answer, and all that comes before it as its question. Here thoughts of earlier turns are written as in a
     * prompt, while {@link #turns} trains each turn as if it were the last.
     */
    default Turn lastTurn(List<Message> messages, String system, String tools) {
        List<Turn> turns = turns(messages, system, tools);
        IntStream before = turns.subList(0, turns.size() - 1).stream()
                .flatMapToInt(turn -> IntStream.concat(IntStream.of(turn.source()), IntStream.of(turn.target())));
        Turn last = turns.getLast();
        return new Turn(IntStream.concat(before, IntStream.of(last.source())).toArray(), last.target());
    }

    /** Whether answers have no end token of their own, so that the next turn's first token must end them. */
    boolean efficientEos();

    /**
     * {@link #turns} where only the last answer counts ({@code mask_history}): a template with thoughts may leave out
     * those of earlier answers.
     */
    default List<Turn> turnsForLastAnswer(List<Message> messages, String system, String tools) {
        return turns(messages, system, tools);
    }

    /** What else the ids of conversations with tools depend on, such as the day; empty for nothing. */
    default String toolsIdentity() {
        return "";
    }
}
