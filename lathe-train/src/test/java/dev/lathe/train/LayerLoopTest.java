package dev.lathe.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lathe.data.Sample;
import dev.lathe.tensor.DType;
import dev.lathe.tensor.Noise;
import dev.lathe.tensor.Torch;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Laws of one step's gradients: how a batch is cut up and what is kept on the way changes nothing. */
class LayerLoopTest {
    @BeforeAll
    static void start() {
        Torch.start(1);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void manySmallBatchesEqualOneLarge(long seed) {
        List<Sample> samples = TinyDecoder.samples(seed, 6);
        for (TinyDecoder model : models(seed, DType.F32)) {
            List<float[]> whole = model.gradients(0, List.of(MicroBatch.of(samples, 0)));
            for (int size : new int[] {1, 2, 3}) {
                assertClose(model.gradients(0, cut(samples, size)), whole);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void aPackEqualsItsRowsOneByOne(long seed) {
        List<Sample> samples = TinyDecoder.samples(seed, 5);
        TinyDecoder model = TinyDecoder.full(seed, DType.F32); // a pack draws other dropout than its rows
        assertClose(
                model.gradients(0, List.of(MicroBatch.of(List.of(pack(samples)), 0))),
                model.gradients(0, cut(samples, 1)));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void keptEqualsRecomputedBitForBit(long seed) {
        List<MicroBatch> step = cut(TinyDecoder.samples(seed, 4), 2);
        for (DType compute : List.of(DType.F32, DType.BF16)) {
            for (TinyDecoder model : models(seed, compute)) {
                List<float[]> recomputed = model.gradients(0, step);
                for (int kept = 1; kept <= TinyDecoder.LAYERS; kept++) {
                    assertThat(model.gradients(kept, step))
                            .as("%d blocks kept, %s", kept, compute)
                            .usingRecursiveComparison()
                            .isEqualTo(recomputed);
                }
            }
        }
    }

    /** A scope that stays open would swallow, and never free, what is made after it. */
    @ParameterizedTest
    @ValueSource(ints = {0, 2, 3})
    void whateverFailsLeavesNoScopeOpen(int kept) {
        MicroBatch batch = MicroBatch.of(TinyDecoder.samples(1, 2), 0);
        TinyDecoder model = TinyDecoder.lora(1, DType.F32);
        LayerLoop loop = new LayerLoop(model.decoder(), new Keeping.Top(kept));
        assertThat(PointerScope.getInnerScope()).isNull();
        assertThatThrownBy(() -> loop.accumulate(batch, Optional.empty(), hidden -> {
                    throw new IllegalStateException("above the blocks");
                }))
                .hasMessage("above the blocks");
        assertThat(PointerScope.getInnerScope()).isNull();
        int[] noPlaces = {};
        Noise tooShort = new Noise(1, 1, noPlaces, noPlaces); // a mask of no rows fails within a block
        assertThatThrownBy(() -> loop.accumulate(batch, Optional.of(tooShort), hidden -> hidden))
                .isInstanceOf(RuntimeException.class);
        assertThat(PointerScope.getInnerScope()).isNull();
    }

    private static List<TinyDecoder> models(long seed, DType compute) {
        return List.of(TinyDecoder.full(seed, compute), TinyDecoder.lora(seed, compute));
    }

    private static List<MicroBatch> cut(List<Sample> samples, int size) {
        List<MicroBatch> batches = new ArrayList<>();
        for (int from = 0; from < samples.size(); from += size) {
            batches.add(MicroBatch.of(samples.subList(from, Math.min(from + size, samples.size())), from));
        }
        return batches;
    }

    private static Sample pack(List<Sample> samples) {
        return new Sample(
                samples.stream().flatMapToInt(s -> IntStream.of(s.inputIds())).toArray(),
                samples.stream().flatMapToInt(s -> IntStream.of(s.labels())).toArray(),
                samples.stream().flatMapToInt(s -> IntStream.of(s.positions())).toArray(),
                samples.stream().mapToInt(Sample::tokens).toArray());
    }

    /** To a hundred-thousandth of each tensor's largest gradient. */
    private static void assertClose(List<float[]> found, List<float[]> expected) {
        assertThat(found).hasSameSizeAs(expected);
        for (int i = 0; i < found.size(); i++) {
            float largest = 0;
            for (float value : expected.get(i)) {
                largest = Math.max(largest, Math.abs(value));
            }
            assertThat(largest).as("tensor %d has a gradient", i).isPositive();
            assertThat(found.get(i))
                    .as("tensor %d", i)
                    .usingComparatorWithPrecision(1e-5f * largest)
                    .containsExactly(expected.get(i));
        }
    }
}
