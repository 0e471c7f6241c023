package dev.lathe.tensor;

import dev.lathe.tensor.kernel.Workers;

/** Rows shared out to the {@link Workers}: for operations of libtorch, which itself computes on one thread. */
final class RowShares {
    /** Numbers that are worth handing over: some 20 µs of reading and writing them. */
    private static final long SHARE = 1 << 15;

    private RowShares() {}

    /** Works on rows {@code from} to {@code from + count}; must touch no other rows of what it writes. */
    @FunctionalInterface
    interface Share {
        void compute(long from, long count);
    }

    /** @param width numbers of a row */
    static void run(long rows, long width, Share share) {
        long each = Math.max(1, SHARE / Math.max(1, width));
        Torch.workers().run(Math.toIntExact(Math.ceilDiv(rows, each)), part -> {
            try (Scope scope = Scope.open()) {
                share.compute(part * each, Math.min(each, rows - part * each));
            }
        });
    }
}
