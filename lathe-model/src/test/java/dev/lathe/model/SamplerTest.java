package dev.lathe.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lathe.base.UserError;
import java.util.BitSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SamplerTest {
    private static final BitSet NOTHING = new BitSet();
    private static final float[] LOGITS = {1, 3, -1, 3, 2, 0};

    @Test
    void greedyTakesTheLowestOfTheLargest() {
        assertThat(new Sampler(Sampling.GREEDY).choose(LOGITS, NOTHING, 0)).isEqualTo(1);
        assertThat(new Sampler(new Sampling(true, 0, 1, 0, 1, 7)).choose(LOGITS, NOTHING, 0))
                .isEqualTo(1);
    }

    @Test
    void everythingIsKeptWhenAllIsOff() {
        Candidates candidates = new Sampler(new Sampling(true, 1, 1, 0, 1, 0)).candidates(LOGITS, NOTHING);
        assertThat(candidates.ids()).containsExactly(1, 3, 4, 0, 5, 2);
        double total = 2 * Math.exp(3) + Math.exp(2) + Math.exp(1) + 1 + Math.exp(-1);
        assertThat(candidates.probabilities()[2]).isCloseTo(Math.exp(2) / total, within(1e-9));
        assertThat(IntStream.range(0, 6)
                        .mapToDouble(i -> candidates.probabilities()[i])
                        .sum())
                .isCloseTo(1, within(1e-12));
    }

    @ParameterizedTest
    @CsvSource({"1, 2", "2, 2", "3, 3", "5, 5", "6, 6", "100, 6"})
    void topKKeepsWhatTiesWithItsLast(int topK, int kept) {
        Sampler sampler = new Sampler(new Sampling(true, 1, 1, topK, 1, 0));
        assertThat(sampler.candidates(LOGITS, NOTHING).ids()).hasSize(kept);
    }

    /** Probabilities 0.5, 0.25, 0.125, 0.125. */
    @ParameterizedTest
    @CsvSource({"0, 1", "0.4, 1", "0.5, 1", "0.51, 2", "0.75, 2", "0.8, 3", "0.9, 4", "1, 4"})
    void topPKeepsTheFewestThatReachIt(double topP, int kept) {
        float[] logits = {
            (float) Math.log(0.25), (float) Math.log(0.125), (float) Math.log(0.5), (float) Math.log(0.125)
        };
        Candidates candidates = new Sampler(new Sampling(true, 1, topP, 0, 1, 0)).candidates(logits, NOTHING);
        assertThat(candidates.ids()).startsWith(2).hasSize(kept);
        assertThat(candidates.probabilities()[0])
                .isCloseTo(0.5 / new double[] {0.5, 0.75, 0.875, 1}[kept - 1], within(1e-6));
    }

    @Test
    void temperatureAndPenaltyChangeLogits() {
        BitSet seen = new BitSet();
        seen.set(0);
        seen.set(2);
        seen.set(4711); // a token that the model lacks
        Candidates candidates =
                new Sampler(new Sampling(true, 0.5, 1, 0, 2, 0)).candidates(new float[] {4, 1, -1, 0}, seen);
        assertThat(candidates.ids()).containsExactly(0, 1, 3, 2); // now 2, 1, 0, -2
        double[] p = candidates.probabilities();
        assertThat(p[1] / p[0]).isCloseTo(Math.exp(-2), within(1e-9));
        assertThat(p[3] / p[0]).isCloseTo(Math.exp(-8), within(1e-9));
        assertThat(new Sampler(new Sampling(false, 1, 1, 0, 5, 0)).choose(new float[] {4, 1, -1, 0}, seen, 0))
                .isEqualTo(1);
    }

    @Test
    void drawsFollowTheProbabilitiesAndTheSeed() {
        float[] logits = {(float) Math.log(0.5), (float) Math.log(0.3), (float) Math.log(0.2)};
        Sampler sampler = new Sampler(new Sampling(true, 1, 1, 0, 1, 42));
        int[] counts = new int[3];
        IntStream.range(0, 20_000).forEach(position -> counts[sampler.choose(logits, NOTHING, position)]++);
        assertThat(counts[0] / 20_000.0).isCloseTo(0.5, within(0.015));
        assertThat(counts[1] / 20_000.0).isCloseTo(0.3, within(0.015));
        int[] again = draws(logits, 42);
        assertThat(draws(logits, 42)).isEqualTo(again);
        assertThat(draws(logits, 43)).isNotEqualTo(again);
        assertThat(draws(logits, 42L + (1L << 32))).isNotEqualTo(again);
    }

    private static int[] draws(float[] logits, long seed) {
        Sampler sampler = new Sampler(new Sampling(true, 1, 1, 0, 1, seed));
        return IntStream.range(0, 100)
                .map(position -> sampler.choose(logits, NOTHING, position))
                .toArray();
    }

    @Test
    void scoresThatAreNoNumbersAreSaid() {
        float[] logits = {Float.NaN, Float.NaN};
        assertThatThrownBy(() -> new Sampler(Sampling.GREEDY).choose(logits, NOTHING, 0))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("no token a finite score");
        assertThat(new Sampler(Sampling.GREEDY)
                        .choose(new float[] {Float.NaN, Float.NEGATIVE_INFINITY, -3}, NOTHING, 0))
                .isEqualTo(2);
    }

    @ParameterizedTest
    @CsvSource({
        "-1, 1, 0, 1, temperature",
        "1, 1.1, 0, 1, top_p",
        "1, -0.1, 0, 1, top_p",
        "1, NaN, 0, 1, top_p",
        "1, 1, -1, 1, top_k",
        "1, 1, 0, 0, repetition_penalty"
    })
    void settingsOutOfRangeAreNamed(double temperature, double topP, int topK, double penalty, String key) {
        assertThatThrownBy(() -> new Sampling(true, temperature, topP, topK, penalty, 0))
                .isInstanceOf(UserError.class)
                .hasMessageStartingWith(key + ": ");
    }
}
