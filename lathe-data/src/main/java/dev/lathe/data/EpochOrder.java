package dev.lathe.data;

/**
 * In which order training visits its samples. Epoch e of a shuffled run visits {@code torch.randperm} of seed + e: the
 * reference's order, and a pure function, so a resumed run finds its place again.
 *
 * @param samples how many there are
 * @param seed {@code data_seed}, or {@code seed} where that is not set
 * @param shuffled false for {@code disable_shuffling}: the order of the data set, every time
 */
public record EpochOrder(int samples, long seed, boolean shuffled) {
    /** The samples of epoch {@code epoch} (from 0), each once. */
    public int[] order(int epoch) {
        return shuffled ? TorchOrder.permutation(samples, seed + epoch) : Orders.ascending(samples);
    }
}
