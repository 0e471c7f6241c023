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

    private static final float[] NF4_LIMITS = {
        -0.8480964004993439f,
        -0.6106329262256622f,
        -0.4599952697753906f,
        -0.33967943489551544f,
        -0.23460740596055984f,
        -0.13791173323988914f,
        -0.045525018125772476f,
        0.03979014977812767f,
        0.1202552504837513f,
        0.2035212516784668f,
        0.2920137718319893f,
        0.3893125355243683f,
        0.5016634166240692f,
        0.6427869200706482f,
        0.8614784181118011f
    };
    private static final float[] FP4_LIMITS = {
        0.00260417f, 0.0859375f, 0.20833333f, 0.29166667f, 0.4166667f, 0.583333f, 0.8333333f
    };
    /** FP4's codes by rising magnitude. */
    private static final int[] FP4_RISING = {0, 1, 6, 7, 4, 5, 2, 3};

    /** The code of the number nearest to {@code x}, -1 to 1; halfway between two goes to the lower. */
    int nearest(float x) {
        return name.equals("nf4") ? above(NF4_LIMITS, x) : FP4_RISING[above(FP4_LIMITS, Math.abs(x))] | (x < 0 ? 8 : 0);
    }

    /** How many limits are below {@code x}. */
    private static int above(float[] limits, float x) {
        int low = 0;
        int high = limits.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (x > limits[middle]) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
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
