package dev.lathe.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lathe.tensor.DType;
import dev.lathe.tensor.NativeMemory;
import dev.lathe.tensor.Noise;
import dev.lathe.tensor.Torch;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** After its first two, a step works in the memory that the steps before it had. */
class StepMemoryTest {
    private static final int STEPS = 6;

    private record Seen(OptionalLong inUse, OptionalLong touched) {
        static Seen now() {
            return new Seen(NativeMemory.ofTensors(), NativeMemory.touchedByTensors());
        }
    }

    @ParameterizedTest
    @CsvSource({"0, 1", "3, 1", "0, 1e30", "3, 1e30"})
    void laterStepsTakeNothingFromTheSystem(int kept, double clipAt) {
        Assumptions.assumeTrue(NativeMemory.ofTensors().isPresent(), "tensors are not counted on this system");
        Torch.start(2);
        TinyDecoder tiny = TinyDecoder.lora(5, DType.BF16);
        LayerLoop loop = new LayerLoop(tiny.decoder(), new Keeping.Top(kept));
        AdamW optimizer = new AdamW(tiny.parameters(), new AdamW.Settings(0.9, 0.999, 1e-8, 0));
        Updates updates = new Updates(optimizer, new GradientClip(clipAt), tiny.decoder(), tiny.parameters());
        MicroBatch batch = MicroBatch.of(TinyDecoder.samples(1, 700), 0);
        NativeMemory.trim();
        List<Seen> seen = new ArrayList<>();
        for (int step = 0; step < STEPS; step++) {
            try (Updates.Update update = updates.begin(1, 1e-3)) {
                new LanguageModeling()
                        .accumulate(
                                loop.telling(update),
                                batch,
                                Optional.of(new Noise(7, step, batch.samples(), batch.places())),
                                batch.supervised());
                update.finish();
            }
            seen.add(Seen.now());
        }
        assertThat(seen.getFirst().touched().orElseThrow()).isGreaterThan(batch.tokens() * 16L * Short.BYTES);
        Seen second = seen.get(1);
        assertThat(seen.subList(2, STEPS)).allSatisfy(later -> {
            assertThat(later.touched()).isEqualTo(second.touched());
            // Less where Java collects what another test left behind.
            assertThat(later.inUse().orElseThrow())
                    .isLessThanOrEqualTo(second.inUse().orElseThrow());
        });
    }
}
