package dev.lathe.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lathe.data.Sample;
import dev.lathe.model.RopePlan;
import dev.lathe.model.RopeScaling;
import dev.lathe.model.RopeSpec;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PassesTest {
    private static RopePlan rope(RopeScaling scaling) {
        return new RopePlan(List.of(new RopeSpec(10_000, 8, scaling)), List.of(0));
    }

    private static final RopePlan STILL = rope(new RopeScaling.None());

    private static List<Sample> samples(int... lengths) {
        return Arrays.stream(lengths)
                .mapToObj(length -> Sample.row(IntStream.range(0, length).toArray(), new int[length]))
                .toList();
    }

    private static List<Integer> tokens(Passes passes, List<List<Sample>> microBatches) {
        return passes.joined(microBatches).stream().map(MicroBatch::tokens).toList();
    }

    @Test
    void microBatchesAreJoinedUpToSoManyTokens() {
        List<List<Sample>> step = List.of(samples(3, 4), samples(5), samples(8), samples(1, 1), samples(30));

        assertThat(tokens(new Passes(20, STILL), step)).containsExactly(20, 2, 30);
        assertThat(tokens(new Passes(1000, STILL), step)).containsExactly(52);
        assertThat(tokens(new Passes(0, STILL), step)).containsExactly(7, 5, 8, 2, 30);
    }

    @Test
    void samplesKeepTheirNumberInTheStep() {
        List<MicroBatch> passes = new Passes(10, STILL).joined(List.of(samples(2, 3), samples(4), samples(6)));

        assertThat(passes).hasSize(2);
        assertThat(Arrays.copyOf(passes.getFirst().samples(), 9)).containsExactly(0, 0, 1, 1, 1, 2, 2, 2, 2);
        assertThat(Arrays.copyOf(passes.getLast().samples(), 6)).containsOnly(3);
    }

    @Test
    void aRopeThatDependsOnTheLongestSampleKeepsApartWhatItTreatsDifferently() {
        Passes passes = new Passes(1000, rope(new RopeScaling.Dynamic(2, 16)));

        // Up to 16 tokens are all rotated alike; 20 and 18 are both padded to 24.
        assertThat(tokens(passes, List.of(samples(4), samples(16), samples(20), samples(18), samples(40))))
                .containsExactly(20, 38, 40);
        assertThat(passes.joined(List.of(samples(4), samples(16))).getFirst().longest())
                .isEqualTo(16);
    }
}
