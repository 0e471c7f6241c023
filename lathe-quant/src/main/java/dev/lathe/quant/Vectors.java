package dev.lathe.quant;

/**
 * Vectors to be multiplied with the rows of a packed matrix.
 *
 * @param even of each vector the numbers of even index, for storages that keep two codes a byte
 * @param odd those of odd index
 */
record Vectors(float[][] all, float[][] even, float[][] odd) {
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
