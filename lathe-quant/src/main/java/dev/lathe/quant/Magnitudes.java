package dev.lathe.quant;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** The largest magnitude of each block of a {@link FourBitMatrix}. */
sealed interface Magnitudes {
    float get(long block);

    long bytes();

    /** Those of blocks from {@code first} on, {@code to.length} of them. */
    void read(long first, float[] to);

    /** Kept in float32. */
    record Plain(Numbers numbers) implements Magnitudes {
        @Override
        public float get(long block) {
            return numbers.get(block);
        }

        @Override
        public void read(long first, float[] to) {
            numbers.read(first, to.length, to);
        }

        @Override
        public long bytes() {
            return numbers.data().byteSize();
        }
    }

    /**
     * Double quantisation: their distance from the mean as one of 256 numbers times the largest distance of {@value #BLOCK}.
     *
     * @param codes one byte each
     * @param map 256 numbers
     * @param largest of each {@value #BLOCK} magnitudes
     * @param mean of all
     */
    record Nested(MemorySegment codes, float[] map, Numbers largest, float mean) implements Magnitudes {
        static final int BLOCK = 256;

        @Override
        public float get(long block) {
            return map[codes.get(ValueLayout.JAVA_BYTE, block) & 255] * largest.get(block / BLOCK) + mean;
        }

        @Override
        public void read(long first, float[] to) {
            int i = 0;
            while (i < to.length) {
                float most = largest.get((first + i) / BLOCK);
                int end = (int) Math.min(to.length, i + BLOCK - (first + i) % BLOCK);
                for (; i < end; i++) {
                    to[i] = map[codes.get(ValueLayout.JAVA_BYTE, first + i) & 255] * most + mean;
                }
            }
        }

        @Override
        public long bytes() {
            return codes.byteSize() + largest.data().byteSize() + Float.BYTES; // the mean
        }
    }
}
