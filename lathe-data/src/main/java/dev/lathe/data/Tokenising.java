package dev.lathe.data;

import dev.lathe.base.UserError;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Turns the rows of a data set into ids, on several platform threads, in the order of the rows. Only a few chunks of rows
 * are in memory at a time.
 *
 * @param entry the data set
 * @param limit rows that are wanted, the first ones
 * @param answered whether a row without an answer is of no use
 * @param threads how many
 */
record Tokenising(DatasetEntry entry, RowFiles files, long limit, RowEncoder encoder, boolean answered, int threads) {
    private static final int CHUNK = 256;

    /** Feeds all rows to {@code out}. Throws {@link UserError} for a file or a row that cannot be read. */
    void into(RowWriter out, DataProgress progress) throws IOException {
        RowPath path = new RowPath(entry.converter(answered), encoder);
        Set<String> seen = new HashSet<>();
        Deque<Future<List<Encoded>>> waiting = new ArrayDeque<>();
        long total = files.bytes();
        long done = 0;
        try (ExecutorService pool = Executors.newFixedThreadPool(threads);
                RowReader reader = files.open()) {
            try {
                List<RawRow> chunk = read(reader, limit, seen);
                long taken = chunk.size();
                while (!chunk.isEmpty() || !waiting.isEmpty()) {
                    if (!chunk.isEmpty()) {
                        List<RawRow> rows = chunk;
                        waiting.add(pool.submit(() -> encode(rows, path)));
                        chunk = read(reader, limit - taken, seen);
                        taken += chunk.size();
                    }
                    if (chunk.isEmpty() || waiting.size() > 2 * threads) {
                        for (Encoded row : StreamBatches.result(waiting.remove())) {
                            out.add(row);
                            done++;
                        }
                        progress.tokenised(entry.name(), done, reader.bytesRead(), total);
                    }
                }
            } finally {
                pool.shutdownNow();
            }
        }
        if (done > 0) {
            path.requireColumns(entry, seen);
        }
    }

    private static List<RawRow> read(RowReader reader, long most, Set<String> seen) {
        List<RawRow> rows = new ArrayList<>();
        while (rows.size() < Math.min(CHUNK, most)) {
            Optional<RawRow> row = reader.next();
            if (row.isEmpty()) {
                break;
            }
            seen.addAll(row.get().cells().keySet());
            rows.add(row.get());
        }
        return rows;
    }

    private static List<Encoded> encode(List<RawRow> rows, RowPath path) {
        return rows.stream().map(path::encode).toList();
    }
}
