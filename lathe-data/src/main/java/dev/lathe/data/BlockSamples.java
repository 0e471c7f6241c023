package dev.lathe.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.LongStream;

/**
 * Stage pt with packing: documents one after the other, cut into blocks of equal length wherever that falls. What does
 * not fill a block at the end of a batch is lost.
 */
final class BlockSamples implements TokenizedData, RowGroups {
    private final EncodedRows rows;
    private final int[] order;
    private final long[] ends;
    private final long[] starts;
    private final int length;
    private final OptionalInt bos;

    /** @param bos written over the first token of every block, where the tokenizer asks for it */
    BlockSamples(EncodedRows rows, int[] order, List<MapBatches> batches, int length, OptionalInt bos) {
        this.rows = rows;
        this.order = order;
        this.length = length;
        this.bos = bos;
        this.ends = new long[order.length];
        long total = 0;
        for (int i = 0; i < order.length; i++) {
            total += rows.tokens(order[i]);
            ends[i] = total;
        }
        this.starts = batches.stream()
                .flatMapToLong(batch -> starts(batch).limit(count(batch)))
                .toArray();
    }

    private long count(MapBatches batch) {
        return (batch.to() == batch.from() ? 0 : ends[batch.to() - 1] - start(batch.from())) / length;
    }

    private LongStream starts(MapBatches batch) {
        return LongStream.iterate(start(batch.from()), at -> at + length);
    }

    /** Where document {@code i} begins in the run of all documents. */
    private long start(int i) {
        return i == 0 ? 0 : ends[i - 1];
    }

    @Override
    public int size() {
        return starts.length;
    }

    @Override
    public Sample get(int index) {
        int[] ids = new int[length];
        int filled = 0;
        long skipped = starts[index] - start(document(index));
        for (Piece piece : pieces(index)) {
            int[] text = new int[rows.tokens(piece.row())];
            rows.ids(piece.row(), text, 0);
            System.arraycopy(text, (int) skipped, ids, filled, piece.tokens());
            filled += piece.tokens();
            skipped = 0;
        }
        bos.ifPresent(id -> ids[0] = id);
        return Sample.row(ids, ids.clone());
    }

    @Override
    public List<Piece> pieces(int index) {
        List<Piece> pieces = new ArrayList<>();
        long at = starts[index];
        long end = at + length;
        for (int document = document(index); at < end; document++) {
            int tokens = (int) (Math.min(end, ends[document]) - at);
            if (tokens > 0) {
                pieces.add(new Piece(order[document], tokens));
            }
            at += tokens;
        }
        return pieces;
    }

    /** The document that block {@code index} begins in. */
    private int document(int index) {
        int found = Arrays.binarySearch(ends, starts[index]);
        int document = found >= 0 ? found + 1 : -found - 1;
        while (ends[document] == starts[index]) { // dropped documents have no tokens
            document++;
        }
        return document;
    }

    @Override
    public int tokens(int index) {
        return length;
    }
}
