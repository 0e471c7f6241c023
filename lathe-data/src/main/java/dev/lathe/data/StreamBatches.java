package dev.lathe.data;

import dev.lathe.base.UserError;
import java.io.Closeable;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.function.IntFunction;

/**
 * A stream's rows, a map batch at a time, as samples: packs and blocks are made within a batch. The next batch is read and
 * tokenised while the trainer works on this one.
 */
final class StreamBatches implements Closeable {
    /**
     * @param epoch in which it lies
     * @param rows rows of the epoch before it
     * @param samples may be none, when all rows were dropped
     * @param last whether the epoch ends with it
     */
    record Batch(int epoch, long rows, TokenizedData samples, DataReport report, boolean last) {}

    private static final int CHUNK = 64;

    /**
     * @param entries the data sets, by number
     * @param paths what becomes of their rows
     * @param size rows a batch
     * @param labels whether labels are kept
     * @param samples makes samples of the rows of a batch
     */
    record Plan(
            List<DatasetEntry> entries,
            List<RowPath> paths,
            int size,
            boolean labels,
            Function<EncodedRows, TokenizedData> samples) {}

    private final Plan plan;
    private final IntFunction<RowStream> epochs;
    private final ExecutorService workers;
    private final ExecutorService ahead = pool(1);
    private Future<Batch> next;
    private RowStream rows;
    private int epoch;
    private long read;

    /** @param epochs the rows of each epoch, opened anew */
    StreamBatches(Plan plan, IntFunction<RowStream> epochs, int threads, StreamPosition start) {
        this.plan = plan;
        this.epochs = epochs;
        this.workers = pool(threads);
        this.epoch = start.epoch();
        this.rows = epochs.apply(epoch);
        this.next = ahead.submit(() -> {
            rows.skip(start.rows());
            read = start.rows();
            return batch();
        });
    }

    /** Threads that do not keep the program from ending. */
    private static ExecutorService pool(int threads) {
        return Executors.newFixedThreadPool(
                threads, Thread.ofPlatform().daemon().name("rows-", 0).factory());
    }

    /** The next batch, of this epoch or the one after. Throws {@link UserError} for rows that cannot be read. */
    Batch next() {
        Batch batch = result(next);
        next = ahead.submit(this::batch);
        return batch;
    }

    private Batch batch() {
        List<StreamRow> taken = new ArrayList<>();
        Optional<StreamRow> row = rows.next();
        while (row.isPresent()) {
            taken.add(row.get());
            row = taken.size() < plan.size() ? rows.next() : Optional.empty();
        }
        boolean last = taken.size() < plan.size();
        if (epoch == 0 && read == 0) {
            requireColumns(taken);
        }
        EncodedRows encoded = encoded(taken);
        TokenizedData samples = plan.samples().apply(encoded);
        Batch batch = new Batch(
                epoch, read, samples, DataReport.of(encoded, Orders.ascending(encoded.size()), samples), last);
        read += taken.size();
        if (last) {
            rows.close();
            epoch++;
            rows = epochs.apply(epoch);
            read = 0;
        }
        return batch;
    }

    private EncodedRows encoded(List<StreamRow> taken) {
        List<Future<List<Encoded>>> parts = new ArrayList<>();
        for (int from = 0; from < taken.size(); from += CHUNK) {
            List<StreamRow> part = taken.subList(from, Math.min(from + CHUNK, taken.size()));
            parts.add(workers.submit(() -> part.stream()
                    .map(row -> plan.paths().get(row.set()).encode(row.row()))
                    .toList()));
        }
        return new TokenCache.None().rows("", plan.labels(), true, out -> {
            for (Future<List<Encoded>> part : parts) {
                for (Encoded row : result(part)) {
                    out.add(row);
                }
            }
        });
    }

    /** Only the beginning can be looked at: a column that is in none of its rows is named wrongly. */
    private void requireColumns(List<StreamRow> taken) {
        for (int set = 0; set < plan.entries().size(); set++) {
            Set<String> seen = new HashSet<>();
            for (StreamRow row : taken) {
                if (row.set() == set) {
                    seen.addAll(row.row().cells().keySet());
                }
            }
            if (!seen.isEmpty()) {
                plan.paths().get(set).requireColumns(plan.entries().get(set), seen);
            }
        }
    }

    static <T> T result(Future<T> future) {
        try {
            return future.get();
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

    @Override
    public void close() {
        ahead.shutdownNow();
        workers.shutdownNow();
        ahead.close();
        rows.close();
    }
}
