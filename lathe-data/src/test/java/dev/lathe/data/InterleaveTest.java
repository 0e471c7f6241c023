package dev.lathe.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lathe.base.UserError;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InterleaveTest {
    /** interleave_datasets of datasets 4.8.5 with stopping_strategy all_exhausted_without_replacement, of 7, 3 and 5 rows. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
            -           | 42 | a0 b0 c0 a1 b1 c1 a2 b2 c2 a3 c3 a4 c4 a5 a6
            0.5 0.2 0.3 | 42 | c0 a0 c1 b0 a1 c2 c3 c4 a2 a3 a4 b1 a5 a6 b2
            0.1 0.8 0.1 | 7  | b0 b1 b2 a0 c0 c1 a1 a2 c2 a3 a4 a5 a6 c3 c4
            """)
    void eachRowComesOnce(@Nullable String shares, long seed, String expected) {
        List<Double> probabilities = shares == null
                ? List.of()
                : Arrays.stream(shares.split(" ")).map(Double::valueOf).toList();
        List<int[]> sets = List.of(rows(0, 7), rows(100, 3), rows(200, 5));
        int[] mixed = Mixing.named("interleave_once", probabilities).mix(sets, seed);
        assertThat(Arrays.stream(mixed)
                        .mapToObj(row -> "abc".charAt(row / 100) + Integer.toString(row % 100))
                        .collect(Collectors.joining(" ")))
                .isEqualTo(expected);
    }

    private static int[] rows(int from, int count) {
        return IntStream.range(from, from + count).toArray();
    }

    @Test
    void aSetThatIsNeverDrawnWouldNeverEnd() {
        assertThatThrownBy(() -> Mixing.named("interleave_once", List.of(1.0, 0.0)))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("interleave_probs: must not be negative, nor 0");
    }
}
