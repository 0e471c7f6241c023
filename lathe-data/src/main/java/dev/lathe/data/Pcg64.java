package dev.lathe.data;

/**
 * numpy's {@code np.random.default_rng(seed)}, bit for bit: PCG64 (O'Neill 2014, XSL-RR 128/64) seeded through
 * SeedSequence. Not for use by several threads.
 */
final class Pcg64 {
    private static final long MULTIPLIER_HIGH = 2549297995355413924L;
    private static final long MULTIPLIER_LOW = 4865540595714422341L;

    private final long stepHigh;
    private final long stepLow;
    private long high;
    private long low;
    private boolean halfKept;
    private int half;

    /** {@code seed} is not negative. */
    Pcg64(long seed) {
        if (seed < 0) {
            throw new IllegalArgumentException("a seed must not be negative: " + seed);
        }
        long[] words = SeedSequence.words(seed);
        stepHigh = words[2] << 1 | words[3] >>> 63;
        stepLow = words[3] << 1 | 1;
        advance();
        add(words[0], words[1]);
        advance();
    }

    /** {@code permutation(n)}. */
    int[] permutation(int n) {
        int[] order = Orders.ascending(n);
        for (int i = n - 1; i > 0; i--) {
            Orders.swap(order, i, upTo(i));
        }
        return order;
    }

    /** {@code choice(weights.length, size=count, p=weights)}: with replacement. The weights add up to 1. */
    int[] choice(double[] weights, int count) {
        double[] sums = weights.clone();
        for (int i = 1; i < sums.length; i++) {
            sums[i] += sums[i - 1];
        }
        int[] chosen = new int[count];
        for (int i = 0; i < count; i++) {
            double drawn = nextDouble();
            int index = 0;
            while (sums[index] / sums[sums.length - 1] <= drawn) {
                index++;
            }
            chosen[i] = index;
        }
        return chosen;
    }

    /** {@code integers(0, bound, size=count)} for a bound from 1 to 2³¹ − 1: Lemire's method (2019, arXiv:1805.10941). */
    int[] integers(int bound, int count) {
        int[] drawn = new int[count];
        if (bound > 1) { // of one number there is nothing to draw
            long threshold = (1L << 32) % bound;
            for (int i = 0; i < count; i++) {
                long product = nextUnsigned() * bound;
                while ((product & 0xffffffffL) < threshold) {
                    product = nextUnsigned() * bound;
                }
                drawn[i] = (int) (product >>> 32);
            }
        }
        return drawn;
    }

    /** {@code integers(0, 1 << 63)}. */
    long integer() {
        return nextLong() >>> 1;
    }

    private double nextDouble() {
        return (nextLong() >>> 11) * 0x1.0p-53;
    }

    /** A number from 0 to {@code largest} itself (at least 1), by masking and trying again. */
    private int upTo(int largest) {
        long mask = (Integer.highestOneBit(largest) << 1) - 1L;
        long value = nextUnsigned() & mask;
        while (value > largest) {
            value = nextUnsigned() & mask;
        }
        return (int) value;
    }

    /** Of each 64 bits the lower half comes first, the upper half is kept for the next call. */
    private long nextUnsigned() {
        if (halfKept) {
            halfKept = false;
            return Integer.toUnsignedLong(half);
        }
        long bits = nextLong();
        halfKept = true;
        half = (int) (bits >>> 32);
        return bits & 0xffffffffL;
    }

    private long nextLong() {
        advance();
        return Long.rotateRight(high ^ low, (int) (high >>> 58));
    }

    private void advance() {
        long nextHigh = Math.unsignedMultiplyHigh(low, MULTIPLIER_LOW) + high * MULTIPLIER_LOW + low * MULTIPLIER_HIGH;
        low *= MULTIPLIER_LOW;
        high = nextHigh;
        add(stepHigh, stepLow);
    }

    private void add(long addHigh, long addLow) {
        low += addLow;
        high += addHigh + (Long.compareUnsigned(low, addLow) < 0 ? 1 : 0);
    }
}
