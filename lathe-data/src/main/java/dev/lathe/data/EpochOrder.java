package dev.lathe.data;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * In which order training visits its samples. Epoch e of a shuffled run visits {@code torch.randperm} of seed + e: the
 * reference's order, and a pure function, so a resumed run finds its place again.
 *
 * @param samples how many there are
 * @param seed {@code data_seed}, or {@code seed} where that is not set
 * @param shuffled false for {@code disable_shuffling}: the order of the data set, every time
 */
public record EpochOrder(int samples, long seed, boolean shuffled) {
    /** Those of epoch {@code epoch} from place {@code from} to before {@code to}. */
    public int[] order(int epoch, int from, int to) {
        return shuffled
                ? Arrays.copyOfRange(order(epoch), from, to)
                : IntStream.range(from, to).toArray();
    }

    /** The samples of epoch {@code epoch} (from 0), each once. */
    public int[] order(int epoch) {
        return shuffled ? TorchOrder.permutation(samples, seed + epoch) : Orders.ascending(samples);
    }
}
