package dev.lathe.data;

/** {@code torch.randperm} on the CPU, bit for bit. */
final class TorchOrder {
    /** From here on torch draws 64 bits a number instead of 32. */
    private static final int LARGEST = (int) (0xffffffffL / 20);

    private TorchOrder() {}

    /** {@code torch.randperm(n, generator=torch.Generator().manual_seed(seed))}. */
    static int[] permutation(int n, long seed) {
        if (n >= LARGEST) {
            throw new IllegalArgumentException("at most %d rows can be shuffled, not %d".formatted(LARGEST - 1, n));
        }
        Mt19937 random = new Mt19937(seed);
        int[] order = Orders.ascending(n);
        for (int i = 0; i < n - 1; i++) {
            Orders.swap(order, i, i + (int) (random.nextUnsigned() % (n - i)));
        }
        return order;
    }
}
