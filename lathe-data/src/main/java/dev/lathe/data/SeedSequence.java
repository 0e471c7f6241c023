package dev.lathe.data;

/** numpy's SeedSequence: spreads an integer over 256 bits, so that near seeds give unlike generators. */
final class SeedSequence {
    private static final int POOL = 4;

    private SeedSequence() {}

    /** {@code SeedSequence(seed).generate_state(4, np.uint64)}. */
    static long[] words(long seed) {
        int[] pool = mixed((int) seed, (int) (seed >>> 32));
        int constant = 0x8b51f9dd;
        long[] words = new long[POOL];
        for (int i = 0; i < 2 * POOL; i++) {
            int value = pool[i % POOL] ^ constant;
            constant *= 0x58f38ded;
            value *= constant;
            value ^= value >>> 16;
            words[i / 2] |= Integer.toUnsignedLong(value) << (32 * (i % 2));
        }
        return words;
    }

    private static int[] mixed(int low, int high) {
        int[] entropy = {low, high, 0, 0};
        int[] pool = new int[POOL];
        Hash hash = new Hash();
        for (int i = 0; i < POOL; i++) {
            pool[i] = hash.of(entropy[i]);
        }
        for (int from = 0; from < POOL; from++) {
            for (int to = 0; to < POOL; to++) {
                if (from != to) {
                    pool[to] = mix(pool[to], hash.of(pool[from]));
                }
            }
        }
        return pool;
    }

    private static int mix(int x, int y) {
        int result = 0xca01f9dd * x - 0x4973f715 * y;
        return result ^ result >>> 16;
    }

    private static final class Hash {
        private int constant = 0x43b0d7e5;

        int of(int value) {
            int result = value ^ constant;
            constant *= 0x931e8875;
            result *= constant;
            return result ^ result >>> 16;
        }
    }
}
