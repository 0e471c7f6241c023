package dev.lathe.run.chat;

import dev.lathe.model.Generation;

/**
 * What the model said.
 *
 * @param text as it was streamed, without the token that ended it
 * @param forgotten questions, each with its answer, that had to leave the conversation's beginning for this one
 */
public record Answer(String text, int forgotten, Generation generation) {}
