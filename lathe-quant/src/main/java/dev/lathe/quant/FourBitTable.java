package dev.lathe.quant;

import java.util.Arrays;

/**
 * bitsandbytes' tables of 16 numbers from -1 to 1, and which of them is nearest to a number.
 *
 * @param name in checkpoints: nf4 or fp4
 * @param values in the order of the codes
 */
record FourBitTable(String name, float[] values) {
    /** Quantiles of a normal distribution (Dettmers et al. 2023, arXiv:2305.14314). */
    static final FourBitTable NF4 = new FourBitTable("nf4", new float[] {
        -1.0f,
        -0.6961928009986877f,
        -0.5250730514526367f,
        -0.39491748809814453f,
        -0.28444138169288635f,
        -0.18477343022823334f,
        -0.09105003625154495f,
        0.0f,
        0.07958029955625534f,
        0.16093020141124725f,
        0.24611230194568634f,
        0.33791524171829224f,
        0.44070982933044434f,
        0.5626170039176941f,
        0.7229568362236023f,
        1.0f
    });

    /** A sign, two bits of exponent, one of mantissa; codes 8 to 15 are the negatives. */
    static final FourBitTable FP4 = new FourBitTable("fp4", fp4());

    /** FP4's codes by rising magnitude. */
    private static final int[] FP4_RISING = {0, 1, 6, 7, 4, 5, 2, 3};

    private static final float[] NF4_LIMITS = between(NF4.values);
    private static final float[] FP4_LIMITS = between(rising(FP4.values));

    /** The code of the number nearest to {@code x}, -1 to 1; halfway between two goes to the lower. */
    int nearest(float x) {
        if (name.equals("nf4")) {
            return below(NF4_LIMITS, x);
        }
        return x < 0 ? FP4_RISING[below(FP4_LIMITS, Math.nextUp(-x))] | 8 : FP4_RISING[below(FP4_LIMITS, x)];
    }

    /** How many limits are below {@code x}, of one less than a power of two; without a branch to guess. */
    private static int below(float[] limits, float x) {
        int count = 0;
        for (int step = (limits.length + 1) / 2; step > 0; step /= 2) {
            count += x > limits[count + step - 1] ? step : 0;
        }
        return count;
    }

    private static float[] between(float[] rising) {
        float[] limits = new float[rising.length - 1];
        for (int i = 0; i < limits.length; i++) {
            limits[i] = (rising[i] + rising[i + 1]) / 2;
        }
        return limits;
    }

    private static float[] rising(float[] values) {
        float[] rising = new float[FP4_RISING.length];
        for (int i = 0; i < rising.length; i++) {
            rising[i] = values[FP4_RISING[i]];
        }
        return rising;
    }

    private static float[] fp4() {
        float[] magnitudes = {0, 0.0625f, 8, 12, 4, 6, 2, 3};
        float[] values = Arrays.copyOf(magnitudes, 16);
        for (int i = 0; i < 8; i++) {
            values[i] = magnitudes[i] / 12;
            values[i + 8] = -values[i];
        }
        return values;
    }
}
