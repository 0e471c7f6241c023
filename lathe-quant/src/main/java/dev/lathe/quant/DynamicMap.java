package dev.lathe.quant;

import java.util.Arrays;

/**
 * bitsandbytes' signed map of 8 bits: 256 numbers from -0.99 to 1, denser towards 0 by a power of ten for each bit of
 * exponent (Dettmers 2015, arXiv:1511.04561). Rising; there is no -1.
 */
final class DynamicMap {
    private static final int EXPONENTS = 7;

    private DynamicMap() {}

    static float[] signed() {
        float[] values = new float[256];
        int count = 0;
        for (int i = 0; i < EXPONENTS; i++) {
            float power = (float) Math.pow(10, i - EXPONENTS + 1);
            float[] bounds = evenly((1 << i) + 1);
            for (int k = 0; k + 1 < bounds.length; k++) {
                float value = (bounds[k] + bounds[k + 1]) / 2 * power;
                values[count++] = value;
                values[count++] = -value;
            }
        }
        values[count++] = 0;
        values[count] = 1;
        Arrays.sort(values);
        return values;
    }

    /** From 0.1 to 1 in equal steps, as torch.linspace rounds them: once, and the upper half counted down from the end. */
    private static float[] evenly(int count) {
        float step = (1 - 0.1f) / (count - 1);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = i < count / 2 ? Math.fma(step, i, 0.1f) : Math.fma(-step, count - i - 1, 1f);
        }
        return values;
    }

    /** Index of the number of a rising map nearest to {@code x}; halfway goes to the lower. */
    static int nearest(float[] map, float x) {
        int found = Arrays.binarySearch(map, x);
        if (found >= 0) {
            return found;
        }
        int above = -found - 1;
        if (above == 0 || above == map.length) {
            return Math.min(above, map.length - 1);
        }
        return x - map[above - 1] <= map[above] - x ? above - 1 : above;
    }
}
