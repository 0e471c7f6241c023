package dev.lathe.data;

import dev.lathe.text.Message;

/** What a row says in answer to its prompt. */
sealed interface Answer {
    /** Nothing: running text, or a question that a model is to answer. */
    record None() implements Answer {}

    record One(Message message) implements Answer {}

    /** Two answers, of which {@code chosen} is the better one. */
    record Pair(Message chosen, Message rejected) implements Answer {}

    /** An answer that somebody found good, or not ({@code kto_tag}). */
    record Judged(Message message, boolean good) implements Answer {}
}
