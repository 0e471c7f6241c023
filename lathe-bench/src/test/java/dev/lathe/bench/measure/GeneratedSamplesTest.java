package dev.lathe.bench.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lathe.data.Sample;
import dev.lathe.model.DecoderSpec;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class GeneratedSamplesTest {
    private static final DecoderSpec SPEC = StepWorkTest.spec(300, 4, 6, 1, 2, 1);

    /** identity and alpaca_en_demo: 187,421 tokens in 1,090 samples, 157,377 of them supervised. */
    @Test
    void areAsLongAsTheDataThatTheyStandFor() {
        List<Sample> samples = GeneratedSamples.of(SPEC, 2048, 20_000, 1);
        assertThat(samples.stream().mapToInt(Sample::tokens).average().orElseThrow())
                .isCloseTo(172, within(3.0));
        assertThat(samples.stream().mapToInt(Sample::supervised).average().orElseThrow())
                .isCloseTo(144.4, within(3.0));
    }

    @Test
    void comeFromTheirSeedAlone() {
        int[] once = ids(7);
        assertThat(ids(7)).isEqualTo(once);
        assertThat(ids(8)).isNotEqualTo(once);
    }

    @Test
    void fitTheModel() {
        List<Sample> samples = GeneratedSamples.of(SPEC, 16, 200, 3);
        assertThat(samples).allSatisfy(sample -> {
            assertThat(sample.tokens()).isBetween(2, 16);
            assertThat(sample.supervised()).isPositive();
            assertThat(Arrays.stream(sample.inputIds()).max().orElseThrow()).isLessThan(300);
        });
    }

    private static int[] ids(long seed) {
        return GeneratedSamples.of(SPEC, 2048, 1, seed).getFirst().inputIds();
    }
}
