package dev.lathe.tensor.kernel;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What goes back through y = [x | low] [W | B]ᵀ with low = scaling · x Aᵀ, where W is frozen: for run after run of rows all
 * that dy and x are needed for, while they are in a core's cache. Products alone would fetch dy three times, and what they fetch
 * is what they wait for.
 *
 * <p>Which rows go together depends on their number and that of the threads; the sums over rows are added up in their order.
 */
public final class LowRankBackward {
    /** Rows of a run, at most. */
    static final long ROWS = 256;

    private static final long STEP = 16;
    /** Parts for which sums are kept, at most, unless there are more threads. */
    private static final int MOST_PARTS = 16;

    private final TileProduct tiles;
    private final PackKernel pack;
    private final Workers workers;
    private final Scratch scratch = new Scratch(LowRankPart.BYTES);

    public LowRankBackward(TileProduct tiles, PackKernel pack, Workers workers) {
        this.tiles = tiles;
        this.pack = pack;
        this.workers = workers;
    }

    /**
     * All BF16.
     *
     * @param weight W, [out, in]; frozen
     * @param ups B, [out, room]
     * @param downs A, [room, in]
     * @param rank columns of B, and rows of A, that are in use: others are zeros
     */
    public record Layer(Matrix weight, Matrix ups, Matrix downs, long rank, float scaling) {
        public Layer {
            long room = downs.rows();
            if (ups.rows() != weight.rows()
                    || downs.columns() != weight.columns()
                    || ups.columns() != room
                    || room % 2 != 0
                    || rank < 1
                    || rank > room) {
                throw new IllegalArgumentException("no layer: " + weight + " with " + ups + " and " + downs);
            }
        }

        /** Whether a run of rows, and sums of all that is trained, stay in a core's cache. */
        public boolean suits() {
            return downs.rows() <= TallSum.FEW && weight.rows() % 2 == 0;
        }

        long out() {
            return weight.rows();
        }

        long in() {
            return weight.columns();
        }

        long room() {
            return downs.rows();
        }
    }

    /**
     * Of the same tokens, BF16.
     *
     * @param dy [tokens, out]
     * @param x [tokens, in]
     * @param low [tokens, room]
     */
    public record Rows(Matrix dy, Matrix x, Matrix low) {
        Rows part(long row, long count) {
            return new Rows(
                    dy.part(row, count, 0, dy.columns()),
                    x.part(row, count, 0, x.columns()),
                    low.part(row, count, 0, low.columns()));
        }
    }

    /**
     * BF16 or F32.
     *
     * @param dx dy W + scaling · dy B A, [tokens, in]
     * @param dUps lowᵀ dy, [rank, out]
     * @param dDowns scaling · (dy B)ᵀ x, [room, in]
     */
    public record Gradients(Matrix dx, Matrix dUps, Matrix dDowns) {}

    /** Bytes of memory that this needs. */
    public long bytes(Layer layer, long tokens) {
        Cut cut = Cut.of(tokens, workers.threads());
        return Places.bytes(1, SharedPairs.bytes(layer.out(), layer.in()))
                + Places.bytes(1, SharedPairs.bytes(layer.out(), layer.room()))
                + Places.bytes(1, SharedPairs.bytes(layer.room(), layer.in()))
                + Places.bytes(cut.parts(), sumBytes(layer, layer.out()))
                + Places.bytes(cut.parts(), sumBytes(layer, layer.in()));
    }

    /**
     * @param layer that {@linkplain Layer#suits suits}
     * @param memory {@link #bytes}, at the beginning of a cache line; its content does not matter
     */
    public void run(Layer layer, Rows rows, Gradients gradients, MemorySegment memory) {
        Places places = new Places(memory);
        SharedPairs weight = pairs(layer.weight(), places);
        SharedPairs ups = pairs(layer.ups(), places);
        SharedPairs downs = pairs(layer.downs(), places);
        workers.run(weight.tasks() + ups.tasks() + downs.tasks(), task -> {
            if (task < weight.tasks()) {
                weight.run(pack, task);
            } else if (task < weight.tasks() + ups.tasks()) {
                ups.run(pack, task - weight.tasks());
            } else {
                downs.run(pack, task - weight.tasks() - ups.tasks());
            }
        });
        Cut cut = Cut.of(rows.dy().rows(), workers.threads());
        List<Matrix> dUps = sums(cut, layer, layer.out(), places);
        List<Matrix> dDowns = sums(cut, layer, layer.in(), places);
        workers.run(cut.parts(), index -> {
            MemorySegment own = scratch.take();
            try {
                LowRankPart part = new LowRankPart(
                        tiles, pack, layer, weight, ups, downs, dUps.get(index), dDowns.get(index), own);
                cut.runs(index)
                        .forEach(run -> part.add(
                                rows.part(cut.row(run), cut.count(run)),
                                gradients.dx().part(cut.row(run), cut.count(run), 0, layer.in()),
                                run > cut.first(index)));
            } finally {
                tiles.release();
                scratch.give(own);
            }
        });
        TallSum.put(pack, workers, dUps, 1, false, gradients.dUps());
        long rank = layer.rank();
        gradients.dDowns().clearRows(rank, layer.room());
        TallSum.put(pack, workers, dDowns, 1, false, gradients.dDowns().part(0, rank, 0, layer.in()));
    }

    private static SharedPairs pairs(Matrix matrix, Places places) {
        return SharedPairs.of(matrix, places.next(SharedPairs.bytes(matrix.rows(), matrix.columns())));
    }

    private static long sumBytes(Layer layer, long columns) {
        return layer.rank() * ProductPart.oddLines(columns) * Float.BYTES;
    }

    private static List<Matrix> sums(Cut cut, Layer layer, long columns, Places places) {
        return Stream.generate(() -> places.next(sumBytes(layer, columns)))
                .limit(cut.parts())
                .map(own -> new Matrix(own, Element.F32, layer.rank(), columns, ProductPart.oddLines(columns)))
                .toList();
    }

    /**
     * Rows in runs, and those in parts.
     *
     * @param size rows of a run; the last one may have fewer
     * @param each runs of a part
     */
    private record Cut(long rows, long size, int each) {
        /** As many runs for each thread, where that can be. */
        static Cut of(long rows, int threads) {
            long runs = threads * Math.ceilDiv(rows, threads * ROWS);
            long size = Math.max(Grid.ROWS, Grid.step(rows, runs, STEP));
            long most = Math.max(threads, MOST_PARTS / threads * threads);
            return new Cut(rows, size, Math.toIntExact(Math.ceilDiv(Math.ceilDiv(rows, size), most)));
        }

        private int allRuns() {
            return Math.toIntExact(Math.ceilDiv(rows, size));
        }

        int parts() {
            return Math.ceilDiv(allRuns(), each);
        }

        int first(int part) {
            return part * each;
        }

        IntStream runs(int part) {
            return IntStream.range(first(part), Math.min(first(part) + each, allRuns()));
        }

        long row(int run) {
            return run * size;
        }

        long count(int run) {
            return Math.min(size, rows - row(run));
        }
    }
}
