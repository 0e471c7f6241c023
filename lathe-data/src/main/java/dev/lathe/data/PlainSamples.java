package dev.lathe.data;

import java.util.Arrays;

/** Every row a sample of its own. */
@SuppressWarnings("ArrayRecordComponent") // private to the package, never compared
record PlainSamples(EncodedRows rows, int[] order) implements TokenizedData, RowSamples<Sample> {
    /** The kept ones among the rows of {@code order}. */
    static PlainSamples of(EncodedRows rows, int[] order) {
        return new PlainSamples(rows, kept(rows, order));
    }

    static int[] kept(EncodedRows rows, int[] order) {
        return Arrays.stream(order).filter(row -> rows.dropped(row).isEmpty()).toArray();
    }

    @Override
    public Sample get(int index) {
        int row = order[index];
        int[] ids = new int[rows.tokens(row)];
        int[] labels = new int[ids.length];
        rows.ids(row, ids, 0);
        rows.labels(row, labels, 0);
        return Sample.row(ids, labels);
    }

    @Override
    public int tokens(int index) {
        return rows.tokens(order[index]);
    }
}
