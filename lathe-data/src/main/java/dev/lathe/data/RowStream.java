package dev.lathe.data;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.PrimitiveIterator;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * All rows of an epoch, in the order in which the reference's iterable data sets (datasets 4.0) give them: data sets are
 * mixed, then shuffled within a buffer. No more rows than the buffer holds are in memory.
 */
sealed interface RowStream extends Closeable {
    /** numpy draws so many numbers at a time, which decides how its generator is used up. */
    int DRAWN = 1000;

    /** The next row; empty at the end of the epoch. */
    Optional<StreamRow> next();

    @Override
    void close();

    /**
     * The rows of an epoch.
     *
     * @param epoch from 0; the reference gives every later one another order
     */
    static RowStream of(List<RowFiles> sets, Mixing mixing, Streaming streaming, long seed, int epoch) {
        long drawn = epoch == 0 ? seed : new Pcg64(seed).integer() - epoch & Long.MAX_VALUE;
        Supplier<Pcg64> random = () -> new Pcg64(drawn); // the reference copies its generator for each purpose
        RowStream mixed = sets.size() > 1 && mixing instanceof Interleave interleave
                ? new Mixed(sets, interleave, random.get())
                : new Joined(
                        sets,
                        streaming.shuffled() ? random.get().permutation(sets.size()) : Orders.ascending(sets.size()));
        return streaming.shuffled() ? new Shuffled(mixed, streaming.buffer(), random.get()) : mixed;
    }

    /** Passes over rows. */
    default void skip(long rows) {
        for (long i = 0; i < rows && next().isPresent(); i++) {
            // next has done it
        }
    }

    /**
     * One data set.
     *
     * @param set its number
     */
    final class One implements RowStream {
        private final int set;
        private final RowReader reader;
        private Optional<RawRow> ahead;

        One(int set, RowFiles files) {
            this.set = set;
            this.reader = files.open();
            this.ahead = reader.next();
        }

        boolean ended() {
            return ahead.isEmpty();
        }

        @Override
        public Optional<StreamRow> next() {
            Optional<StreamRow> row = ahead.map(found -> new StreamRow(set, found));
            ahead = ahead.isEmpty() ? ahead : reader.next();
            return row;
        }

        @Override
        public void close() {
            try {
                reader.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** One data set after the other; shuffling exchanges them as a whole. */
    final class Joined implements RowStream {
        private final List<RowFiles> sets;
        private final PrimitiveIterator.OfInt order;
        private Optional<One> open = Optional.empty();

        /** @param order numbers of the data sets */
        Joined(List<RowFiles> sets, int[] order) {
            this.sets = sets;
            this.order = Arrays.stream(order).iterator();
        }

        @Override
        public Optional<StreamRow> next() {
            while (true) {
                Optional<StreamRow> row = open.flatMap(One::next);
                if (row.isPresent()) {
                    return row;
                }
                close();
                if (!order.hasNext()) {
                    return Optional.empty();
                }
                int set = order.nextInt();
                open = Optional.of(new One(set, sets.get(set)));
            }
        }

        @Override
        public void close() {
            open.ifPresent(One::close);
            open = Optional.empty();
        }
    }

    /** Data sets by turns, or drawn; the end comes with the first, or with the last, that has given all of its rows. */
    final class Mixed implements RowStream {
        private final List<RowFiles> sets;
        private final PrimitiveIterator.OfInt turns;
        private final Interleave.Until until;
        private final List<One> open = new ArrayList<>();
        private final boolean[] ended;

        Mixed(List<RowFiles> sets, Interleave mixing, Pcg64 random) {
            this.sets = sets;
            this.until = mixing.until();
            this.turns = mixing.turns(sets.size(), random);
            this.ended = new boolean[sets.size()];
            for (int set = 0; set < sets.size(); set++) {
                open.add(new One(set, sets.get(set)));
                if (open.get(set).ended()) {
                    throw Interleave.empty();
                }
            }
        }

        @Override
        public Optional<StreamRow> next() {
            IntStream all = IntStream.range(0, ended.length);
            boolean first = until == Interleave.Until.FIRST_END;
            if (first ? all.anyMatch(set -> ended[set]) : all.allMatch(set -> ended[set])) {
                return Optional.empty();
            }
            int set = turns.nextInt();
            boolean once = until == Interleave.Until.EACH_ROW_ONCE;
            while (once && ended[set]) {
                set = turns.nextInt();
            }
            Optional<StreamRow> row = open.get(set).next();
            if (open.get(set).ended()) {
                ended[set] = true;
                open.get(set).close();
                if (!once) {
                    open.set(set, new One(set, sets.get(set)));
                }
            }
            return row;
        }

        @Override
        public void close() {
            open.forEach(One::close);
        }
    }

    /** A full buffer gives away one row for each that comes; what is left at the end comes in random order. */
    final class Shuffled implements RowStream {
        private final RowStream rows;
        private final int size;
        private final Pcg64 random;
        private final List<StreamRow> buffer = new ArrayList<>();
        private int[] draws = new int[0];
        private int drawn;
        private boolean ending;

        /** @param size at least 1; 1 changes nothing */
        Shuffled(RowStream rows, int size, Pcg64 random) {
            this.rows = rows;
            this.size = size;
            this.random = random;
        }

        @Override
        public Optional<StreamRow> next() {
            while (!ending) {
                Optional<StreamRow> row = rows.next();
                if (row.isEmpty()) {
                    end();
                } else if (buffer.size() < size) {
                    buffer.add(row.get());
                } else {
                    return Optional.of(buffer.set(draw(), row.get()));
                }
            }
            return buffer.isEmpty() ? Optional.empty() : Optional.of(buffer.removeLast());
        }

        private int draw() {
            if (drawn == draws.length) {
                draws = random.integers(size, DRAWN);
                drawn = 0;
            }
            return draws[drawn++];
        }

        private void end() {
            ending = true;
            int[] order = random.permutation(buffer.size());
            List<StreamRow> rest = new ArrayList<>();
            for (int place : order) {
                rest.add(buffer.get(place));
            }
            buffer.clear();
            buffer.addAll(rest);
            Collections.reverse(buffer); // they are taken from its end
        }

        @Override
        public void close() {
            rows.close();
        }
    }
}
