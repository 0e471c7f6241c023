package dev.lathe.run.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class SmoothingTest {
    @Test // LLaMA-Factory's own plotting code gave these
    void equalsTheReference() {
        assertThat(Smoothing.of(new double[] {4, 3, 2, 1}))
                .usingComparatorWithPrecision(1e-6)
                .containsExactly(4.0, 3.089701, 2.097747, 1.098469);
    }

    @Test
    void aFlatCurveStaysFlatAndNoCurveIsFine() {
        double[] flat = new double[200];
        Arrays.fill(flat, 1.5);
        assertThat(Smoothing.of(flat)).usingComparatorWithPrecision(1e-12).containsOnly(1.5);
        assertThat(Smoothing.of(new double[0])).isEmpty();
        assertThat(Smoothing.of(new double[] {2})[0]).isCloseTo(2, within(0.0));
    }
}
