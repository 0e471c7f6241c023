package dev.lathe.tensor.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExpTest {
    /** A prime, so that all exponents and ends of the mantissa come by. With 1 instead the worst is 1.009. */
    private static final long STEP = 1_009;

    @Test
    void closeToTheTruth() {
        float[] in = new float[Lanes.N];
        float[] out = new float[Lanes.N];
        double worst = 0;
        for (long bits = 0; bits < 1L << 32; bits += STEP * Lanes.N) {
            for (int i = 0; i < Lanes.N; i++) {
                in[i] = Float.intBitsToFloat((int) (bits + i * STEP));
            }
            Exp.apply(in, 1, 0, out, 0, Lanes.N);
            for (int i = 0; i < Lanes.N; i++) {
                worst = Math.max(worst, ulps(in[i], out[i]));
            }
        }
        assertThat(worst).isLessThan(1.01);
    }

    private static double ulps(float x, float actual) {
        double truth = Math.exp(x);
        if (Float.isNaN(x) || truth > Float.MAX_VALUE) {
            return Float.compare(actual, (float) truth) == 0 ? 0 : 1e9;
        }
        if (truth < Float.MIN_NORMAL) {
            return actual == 0 || actual == Float.MIN_NORMAL ? 0 : 1e9;
        }
        return Math.abs(actual - truth) / Math.ulp((float) truth);
    }

    @ParameterizedTest
    @CsvSource({"0,1", "-0.0,1", "-Infinity,0", "Infinity,Infinity", "NaN,NaN", "-200,0", "200,Infinity", "1e-40,1"})
    void edges(float x, float expected) {
        float[] in = new float[Lanes.N];
        in[0] = x;
        Exp.apply(in, 1, 0, in, 0, Lanes.N);
        assertThat(Float.valueOf(in[0])).isEqualTo(Float.valueOf(expected));
    }

    @Test
    void sums() {
        float[] in = new float[3 * Lanes.N];
        float[] out = new float[5 * Lanes.N];
        java.util.Arrays.fill(in, 3);
        assertThat(Exp.apply(in, -2, -6, out, Lanes.N, in.length)).isEqualTo(in.length);
        assertThat(out[Lanes.N - 1]).isZero();
        assertThat(out[Lanes.N]).isEqualTo(1);
        assertThat(out[4 * Lanes.N]).isZero();
    }
}
