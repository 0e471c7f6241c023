package dev.lathe.data;

/** What became of a row once its text was turned into ids. */
sealed interface Encoded {
    /**
     * A row that is trained on.
     *
     * @param ids [tokens], at most {@code cutoff_len}
     * @param labels [tokens]
     * @param lost tokens beyond {@code cutoff_len}
     */
    @SuppressWarnings("ArrayRecordComponent") // written once, never compared
    record Kept(int[] ids, int[] labels, int lost) implements Encoded {}

    record Dropped(DropReason reason) implements Encoded {}
}
