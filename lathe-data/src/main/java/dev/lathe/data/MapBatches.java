package dev.lathe.data;

import java.util.ArrayList;
import java.util.List;

/**
 * The runs of rows within which packs and blocks are made: each preprocessing worker has a share of adjacent rows, and
 * goes through it a batch at a time. What does not fill a block at the end of a batch is lost, so both numbers show in
 * the result.
 *
 * @param from the first row, counted in the order of the data set
 * @param to the row after the last
 */
record MapBatches(int from, int to) {
    /**
     * The batches of {@code rows} rows.
     *
     * @param workers {@code preprocessing_num_workers}, at least 1
     * @param batch {@code preprocessing_batch_size}, at least 1
     */
    static List<MapBatches> of(int rows, int workers, int batch) {
        List<MapBatches> batches = new ArrayList<>();
        int shares = Math.max(1, Math.min(workers, rows));
        int from = 0;
        for (int share = 0; share < shares; share++) {
            int to = from + rows / shares + (share < rows % shares ? 1 : 0);
            for (int start = from; start < to; start += batch) {
                batches.add(new MapBatches(start, Math.min(to, start + batch)));
            }
            from = to;
        }
        return batches;
    }
}
