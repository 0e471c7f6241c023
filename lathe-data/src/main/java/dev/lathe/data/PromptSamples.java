package dev.lathe.data;

/** Rows that {@link PromptEncoder} wrote, each a prompt. */
@SuppressWarnings("ArrayRecordComponent") // private to the package, never compared
record PromptSamples(EncodedRows rows, int[] order) implements RowSamples<Prompt> {
    @Override
    public Prompt get(int index) {
        StoredParts parts = StoredParts.of(rows, order[index]);
        int end = parts.marks().first();
        return new Prompt(parts.between(0, end), parts.between(end, parts.ids().length));
    }

    @Override
    public int tokens(int index) {
        return rows.marks(order[index]).first();
    }

    @Override
    public Class<Prompt> kind() {
        return Prompt.class;
    }
}
