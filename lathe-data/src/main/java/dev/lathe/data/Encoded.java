package dev.lathe.data;

/** What became of a row once its text was turned into ids. */
sealed interface Encoded {
    /**
     * A row that is trained on.
     *
     * @param ids [tokens], at most {@code cutoff_len}
     * @param labels [tokens]
     * @param lost tokens beyond {@code cutoff_len}
     * @param marks where the ids are divided
     */
    @SuppressWarnings("ArrayRecordComponent") // written once, never compared
    record Kept(int[] ids, int[] labels, int lost, Marks marks) implements Encoded {
        /** One run of tokens. */
        Kept(int[] ids, int[] labels, int lost) {
            this(ids, labels, lost, Marks.NONE);
        }
    }

    record Dropped(DropReason reason) implements Encoded {}
}
