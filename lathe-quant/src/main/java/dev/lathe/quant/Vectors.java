package dev.lathe.quant;

import dev.lathe.tensor.kernel.Matrix;
import dev.lathe.tensor.kernel.NibbleOrder;
import dev.lathe.tensor.kernel.PackedRowKernel;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Vectors to be multiplied with the rows of packed matrices.
 *
 * @param spread each vector for {@link PackedRowKernel#nibbleDot}, in the orders that the matrices ask for
 */
record Vectors(float[][] all, Map<NibbleOrder, float[][]> spread) {
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

    /** Each vector for {@link PackedRowKernel#nibbleDot}. */
    float[][] spread(NibbleOrder order) {
        float[][] vectors = spread.get(order);
        if (vectors == null) {
            throw new IllegalStateException("no matrix said that it wants its vectors spread " + order);
        }
        return vectors;
    }

    /** The rows of {@code x}, for the products of {@code matrices}. */
    static Vectors of(PackedRowKernel kernel, Matrix x, List<PackedMatrix> matrices) {
        int length = Math.toIntExact(x.columns());
        float[][] all = new float[Math.toIntExact(x.rows())][];
        for (int v = 0; v < all.length; v++) {
            all[v] = Rows.buffer(length);
            kernel.read(x, v, all[v]);
        }
        Map<NibbleOrder, float[][]> spread = new EnumMap<>(NibbleOrder.class);
        for (PackedMatrix matrix : matrices) {
            matrix.nibbles().ifPresent(order -> spread.computeIfAbsent(order, o -> spread(kernel, all, length, o)));
        }
        return new Vectors(all, spread);
    }

    private static float[][] spread(PackedRowKernel kernel, float[][] all, int length, NibbleOrder order) {
        float[][] spread = new float[all.length][];
        for (int v = 0; v < all.length; v++) {
            spread[v] = kernel.spread(all[v], length, order);
        }
        return spread;
    }
}
