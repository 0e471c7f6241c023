package dev.lathe.data;

/** Rows that {@link PairEncoder} wrote, each a pair. */
@SuppressWarnings("ArrayRecordComponent") // private to the package, never compared
record PairSamples(EncodedRows rows, int[] order) implements RowSamples<Pair> {
    @Override
    public Pair get(int index) {
        StoredParts parts = StoredParts.of(rows, order[index]);
        Marks marks = parts.marks();
        int[] question = parts.between(0, marks.first());
        return new Pair(
                Sample.answered(question, parts.between(marks.first(), marks.second())),
                Sample.answered(question, parts.between(marks.second(), parts.ids().length)));
    }

    @Override
    public int tokens(int index) {
        return rows.tokens(order[index]) + rows.marks(order[index]).first();
    }

    @Override
    public Class<Pair> kind() {
        return Pair.class;
    }
}
