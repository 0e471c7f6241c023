package dev.lathe.data;

import java.util.List;

/** Rows that {@link PromptEncoder} wrote, each a prompt. */
@SuppressWarnings("ArrayRecordComponent") // private to the package, never compared
record PromptSamples(EncodedRows rows, int[] order) implements Samples<Prompt>, RowGroups {
    @Override
    public int size() {
        return order.length;
    }

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

    @Override
    public List<Piece> pieces(int index) {
        return List.of(new Piece(order[index], tokens(index)));
    }
}
