package dev.lathe.data.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lathe.data.PackingForecast;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class LengthsTest {
    static LongStream seeds() {
        return LongStream.range(0, 60);
    }

    private static int[] random(long seed) {
        Random random = new Random(seed);
        int reach = 1 << (1 + random.nextInt(15));
        return random.ints(1 + random.nextInt(400), 0, reach).toArray();
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void binsHoldEveryRowOnceAndLieSideBySide(long seed) {
        int[] rows = random(seed);
        int most = 3 + (int) (seed % 29);
        Lengths lengths = new Lengths(IntStream.of(rows));
        List<Lengths.Bin> bins = lengths.bins(most);
        assertThat(bins).hasSizeLessThanOrEqualTo(most + 1);
        assertThat(bins.getFirst().from()).isLessThanOrEqualTo(lengths.shortest());
        for (int i = 0; i < bins.size(); i++) {
            Lengths.Bin bin = bins.get(i);
            assertThat(bin.rows()).isEqualTo((int) Arrays.stream(rows)
                    .filter(length -> length >= bin.from() && length < bin.to())
                    .count());
            assertThat(i == 0 || bins.get(i - 1).to() == bin.from()).isTrue();
        }
        assertThat(bins.stream().mapToInt(Lengths.Bin::rows).sum()).isEqualTo(rows.length);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void whatIsCutIsWhatIsLonger(long seed) {
        int[] rows = random(seed);
        Lengths lengths = new Lengths(IntStream.of(rows));
        int cutoff = new Random(seed).nextInt(2000);
        assertThat(lengths.longerThan(cutoff))
                .isEqualTo((int) Arrays.stream(rows).filter(row -> row > cutoff).count());
        assertThat(lengths.tokensBeyond(cutoff))
                .isEqualTo(Arrays.stream(rows)
                        .filter(row -> row > cutoff)
                        .mapToLong(row -> row - cutoff)
                        .sum());
        for (int percent : new int[] {1, 50, 90, 99, 100}) {
            int within = lengths.percentile(percent);
            assertThat(rows.length - lengths.longerThan(within))
                    .isGreaterThanOrEqualTo((int) Math.ceil(rows.length * percent / 100.0));
            assertThat(lengths.longerThan(within - 1)).isGreaterThan(0);
        }
    }

    @Test
    void nothingHasNoLength() {
        Lengths none = new Lengths(IntStream.empty());
        assertThat(none.bins(10)).isEmpty();
        assertThat(List.of(none.shortest(), none.longest(), none.percentile(50), none.rows()))
                .containsOnly(0);
    }

    /** Real widths: the last bin takes the giant. */
    @Test
    void aGiantDoesNotHideTheRest() {
        List<Lengths.Bin> bins = new Lengths(IntStream.concat(IntStream.range(0, 400), IntStream.of(90_000))).bins(10);
        assertThat(bins.getFirst()).isEqualTo(new Lengths.Bin(0, 50, 50));
        assertThat(bins.getLast()).isEqualTo(new Lengths.Bin(400, 90_001, 1));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void packsHoldAllTokensThatFit(long seed) {
        int[] rows = random(seed);
        int capacity = 1 + new Random(seed).nextInt(3000);
        PackingForecast forecast = PackingForecast.of(IntStream.of(rows), capacity);
        long tokens =
                Arrays.stream(rows).mapToLong(row -> Math.min(row, capacity)).sum();
        assertThat(forecast.tokens()).isEqualTo(tokens);
        assertThat(forecast.capacity()).isGreaterThanOrEqualTo(tokens);
        assertThat(forecast.efficiency()).isBetween(0.0, 1.0);
    }
}
