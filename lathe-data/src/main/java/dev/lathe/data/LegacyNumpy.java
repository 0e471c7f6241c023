package dev.lathe.data;

/**
 * numpy's global random state after {@code np.random.seed(seed)}, bit for bit: every draw moves it on, so the order of the
 * draws matters. Not for use by several threads.
 */
final class LegacyNumpy {
    private final Mt19937 random;

    LegacyNumpy(long seed) {
        this.random = new Mt19937(seed);
    }

    /** {@code np.random.permutation(n)}. */
    int[] permutation(int n) {
        int[] order = Orders.ascending(n);
        for (int i = n - 1; i > 0; i--) {
            Orders.swap(order, i, upTo(i));
        }
        return order;
    }

    /** {@code np.random.choice(n, count)}: with replacement, all alike. n is at least 1. */
    int[] choice(int n, int count) {
        int[] chosen = new int[count];
        for (int i = 0; i < count; i++) {
            chosen[i] = upTo(n - 1);
        }
        return chosen;
    }

    /** A number from 0 to {@code largest} itself, by masking and trying again. */
    private int upTo(int largest) {
        if (largest == 0) {
            return 0;
        }
        long mask = (Integer.highestOneBit(largest) << 1) - 1L;
        long value = random.nextUnsigned() & mask;
        while (value > largest) {
            value = random.nextUnsigned() & mask;
        }
        return (int) value;
    }
}
