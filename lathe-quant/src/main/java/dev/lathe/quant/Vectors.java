package dev.lathe.quant;

/**
 * Vectors to be multiplied with the rows of a packed matrix.
 *
 * @param even of each vector the numbers of even index, for storages that keep two codes a byte
 * @param odd those of odd index
 */
record Vectors(float[][] all, float[][] even, float[][] odd) {
    /** Kernels for codes of several numbers a byte take blocks of a multiple of this. */
    static final int STEP = 32;

    /** Sums of each {@code size} numbers of vector {@code v}, one after the other. */
    float[] sums(int v, int size, int count) {
        float[] sums = new float[count];
        for (int s = 0; s < count; s++) {
            for (int i = s * size; i < (s + 1) * size; i++) {
                sums[s] += all[v][i];
            }
        }
        return sums;
    }

    /** @param numbers {@code count} vectors one after the other */
    static Vectors of(float[] numbers, int count) {
        int length = numbers.length / count;
        float[][] all = new float[count][];
        float[][] even = new float[count][];
        float[][] odd = new float[count][];
        for (int v = 0; v < count; v++) {
            all[v] = Rows.buffer(length);
            System.arraycopy(numbers, v * length, all[v], 0, length);
            even[v] = Rows.buffer((length + 1) / 2);
            odd[v] = Rows.buffer((length + 1) / 2);
            for (int i = 0; i < length; i++) {
                (i % 2 == 0 ? even : odd)[v][i / 2] = all[v][i];
            }
        }
        return new Vectors(all, even, odd);
    }
}
