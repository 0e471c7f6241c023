package dev.lathe.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Several rows a sample. With {@code apart} (neat_packing) each sees itself alone; otherwise (packing) each sees the rows
 * before it in its pack, although its positions start at 0: the reference's contaminated kind.
 *
 * @param packs the rows of each sample
 */
record PackedSamples(EncodedRows rows, List<int[]> packs, boolean apart) implements TokenizedData, RowGroups {
    /** Packs {@code order} batch by batch into samples of at most {@code capacity} tokens. */
    static PackedSamples of(EncodedRows rows, int[] order, List<MapBatches> batches, int capacity, boolean apart) {
        List<int[]> packs = new ArrayList<>();
        for (MapBatches batch : batches) {
            int[] kept = Arrays.stream(order, batch.from(), batch.to())
                    .filter(row -> rows.dropped(row).isEmpty())
                    .toArray();
            int[] lengths = Arrays.stream(kept).map(rows::tokens).toArray();
            for (int[] pack : Knapsack.pack(lengths, capacity)) {
                packs.add(Arrays.stream(pack).map(i -> kept[i]).toArray());
            }
        }
        return new PackedSamples(rows, packs, apart);
    }

    @Override
    public int size() {
        return packs.size();
    }

    @Override
    public Sample get(int index) {
        int[] pack = packs.get(index);
        int[] ids = new int[tokens(index)];
        int[] labels = new int[ids.length];
        int[] positions = new int[ids.length];
        int at = 0;
        for (int row : pack) {
            rows.ids(row, ids, at);
            rows.labels(row, labels, at);
            for (int position = 0; position < rows.tokens(row); position++) {
                positions[at++] = position;
            }
        }
        int[] segments = apart ? Arrays.stream(pack).map(rows::tokens).toArray() : new int[] {ids.length};
        return new Sample(ids, labels, positions, segments);
    }

    @Override
    public int tokens(int index) {
        return Arrays.stream(packs.get(index)).map(rows::tokens).sum();
    }

    @Override
    public List<Piece> pieces(int index) {
        return Arrays.stream(packs.get(index))
                .mapToObj(row -> new Piece(row, rows.tokens(row)))
                .toList();
    }
}
