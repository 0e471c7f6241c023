package dev.lathe.quant;

import dev.lathe.tensor.Torch;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A matrix of which each row was packed into signed bytes by itself.
 *
 * @param codes [out, in]
 * @param scales [out]: what a 1 is worth
 */
record Int8Rows(MemorySegment codes, float[] scales) {
    /** How a row's numbers become bytes. */
    @FunctionalInterface
    interface Rule {
        /**
         * Writes the row's codes and says what a 1 is worth.
         *
         * @param row may be changed
         */
        float pack(float[] row, byte[] codes);
    }

    /** Shares the rows out to the workers. */
    static Int8Rows of(Quantizer.Dense matrix, Rule rule) {
        int in = Math.toIntExact(matrix.in());
        MemorySegment codes = PackedBytes.allocate(matrix.count());
        float[] scales = new float[Math.toIntExact(matrix.out())];
        Torch.workers().run(scales.length, o -> {
            float[] row = new float[in];
            byte[] bytes = new byte[in];
            matrix.numbers().read((long) o * in, in, row);
            scales[o] = rule.pack(row, bytes);
            MemorySegment.copy(bytes, 0, codes, ValueLayout.JAVA_BYTE, (long) o * in, in);
        });
        return new Int8Rows(codes, scales);
    }

    /** The largest magnitude of some numbers; 0 for none. */
    static float largest(float[] row) {
        float largest = 0;
        for (float number : row) {
            largest = Math.max(largest, Math.abs(number));
        }
        return largest;
    }
}
