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
import java.util.concurrent.ExecutionException;
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
        RowConverter converter = entry.converter(answered);
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
                        waiting.add(pool.submit(() -> encode(rows, converter)));
                        chunk = read(reader, limit - taken, seen);
                        taken += chunk.size();
                    }
                    if (chunk.isEmpty() || waiting.size() > 2 * threads) {
                        for (Encoded row : take(waiting.remove())) {
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
        requireColumns(converter, seen, done);
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

    private List<Encoded> encode(List<RawRow> rows, RowConverter converter) {
        List<Encoded> encoded = new ArrayList<>();
        for (RawRow raw : rows) {
            switch (converter.convert(raw)) {
                case Converted.Kept(Row row) -> encoded.add(encode(row, raw.place()));
                case Converted.Dropped(DropReason reason) -> encoded.add(new Encoded.Dropped(reason));
            }
        }
        return encoded;
    }

    private Encoded encode(Row row, Place place) {
        try {
            return encoder.encode(row);
        } catch (UserError e) {
            throw new UserError("%s: %s".formatted(place, e.getMessage()), e);
        }
    }

    private void requireColumns(RowConverter converter, Set<String> seen, long rows) {
        for (String column : converter.expected()) {
            if (rows > 0 && !seen.contains(column)) {
                throw new UserError(
                        "%s has no column `%s`; its columns are %s. Name the right one under `columns` of `%s` in dataset_info.json"
                                .formatted(
                                        entry.source(),
                                        column,
                                        seen.stream().sorted().toList(),
                                        entry.name()));
            }
        }
    }

    private static List<Encoded> take(Future<List<Encoded>> chunk) {
        try {
            return chunk.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while tokenising", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UserError userError) {
                throw userError;
            }
            throw new IllegalStateException(e.getCause());
        }
    }
}
