package dev.lathe.data;

/**
 * A question that the model is to answer.
 *
 * @param inputIds [tokens] up to where the answer begins
 * @param answer the answer that the data have, cut like any other; the end-of-turn tokens alone where they have none
 */
@SuppressWarnings("ArrayRecordComponent") // fresh arrays for one reader, never compared
public record Prompt(int[] inputIds, int[] answer) implements Example {
    @Override
    public int tokens() {
        return inputIds.length;
    }
}
