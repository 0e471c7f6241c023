package dev.lathe.text;

import java.util.List;

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

    /** Ids up to where the model is to answer the last message, which is a question. */
    int[] prompt(List<Message> messages, String system, String tools);

    /** Whether answers have no end token of their own, so that the next turn's first token must end them. */
    boolean efficientEos();
}
