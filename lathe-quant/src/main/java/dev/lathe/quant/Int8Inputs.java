package dev.lathe.quant;

import java.util.stream.IntStream;

/**
 * The inputs of {@link Int8Product}: each row in 127 steps of its largest magnitude on either side, after rounding to
 * float16. Magnitudes from the threshold on count for nothing there; where a column holds one, all of it stays apart.
 *
 * @param codes whole numbers from -127 to 127, [rows, in]; 0 in the columns that stay apart
 * @param worth [rows]: what a 1 is worth
 * @param apart columns that are multiplied as they are, in rising order
 */
record Int8Inputs(float[] codes, float[] worth, int[] apart) {
    private static final float STEPS = 127;

    /**
     * @param x [rows, in]
     * @param threshold 0 for none
     */
    static Int8Inputs of(float[] x, int rows, double threshold) {
        int in = x.length / rows;
        float from = threshold > 0 ? (float) threshold : Float.POSITIVE_INFINITY;
        boolean[] large = new boolean[in];
        float[] codes = new float[x.length];
        float[] largest = new float[rows];
        for (int r = 0; r < rows; r++) {
            for (int i = 0; i < in; i++) {
                float number = Float.float16ToFloat(Float.floatToFloat16(x[r * in + i]));
                codes[r * in + i] = number;
                if (Math.abs(number) >= from) {
                    large[i] = true;
                } else {
                    largest[r] = Math.max(largest[r], Math.abs(number));
                }
            }
        }
        float[] worth = new float[rows];
        for (int r = 0; r < rows; r++) {
            worth[r] = largest[r] / STEPS;
            float factor = largest[r] == 0 ? 0 : STEPS / largest[r];
            for (int i = 0; i < in; i++) {
                codes[r * in + i] = large[i] ? 0 : (float) Math.rint(codes[r * in + i] * factor);
            }
        }
        return new Int8Inputs(
                codes, worth, IntStream.range(0, in).filter(i -> large[i]).toArray());
    }
}
