package dev.lathe.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lathe.tensor.DType;
import dev.lathe.tensor.Noise;
import dev.lathe.tensor.Parameter;
import dev.lathe.tensor.Tensor;
import dev.lathe.tensor.Torch;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** When parameters change is a question of memory, and of nothing else. */
class UpdatesTest {
    private static final int STEPS = 4;
    private static final GradientClip OFF = new GradientClip(0);
    private static final GradientClip NEVER_REACHED = new GradientClip(1e30);

    @BeforeAll
    static void start() {
        Torch.start(1);
    }

    /** A model of its own each time it is asked for. */
    private record Case(String name, DType compute, int kept, Supplier<TinyDecoder> model) {
        @Override
        public String toString() {
            return "%s in %s, %d blocks kept".formatted(name, compute, kept);
        }
    }

    static Stream<Case> cases() {
        return Stream.of(DType.F32, DType.BF16).flatMap(compute -> Stream.of(0, 1, TinyDecoder.LAYERS)
                .flatMap(kept -> Stream.of(
                        new Case("full", compute, kept, () -> TinyDecoder.full(5, compute)),
                        new Case("lora", compute, kept, () -> TinyDecoder.lora(5, compute)),
                        new Case(
                                "two layers and the last norm",
                                compute,
                                kept,
                                () -> TinyDecoder.some(
                                        5,
                                        compute,
                                        name -> name.matches(".*layers\\.[12]\\..*|model\\.norm\\.weight"))),
                        new Case(
                                "embedding, which is the head too",
                                compute,
                                kept,
                                () -> TinyDecoder.some(5, compute, name -> name.contains("embed_tokens"))),
                        new Case(
                                "biases",
                                compute,
                                kept,
                                () -> TinyDecoder.some(5, compute, name -> name.endsWith(".bias"))))));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void inTheBackwardPassIsTheSameAsAtTheEnd(Case one) {
        Run inBackward = new Run(one, OFF);
        Run atEnd = new Run(one, NEVER_REACHED);
        for (int step = 0; step < STEPS; step++) {
            assertThat(inBackward.step(step, 1)).as("norm of step %d", step).isEqualTo(atEnd.step(step, 1));
        }
        assertThat(inBackward.bits()).usingRecursiveComparison().isEqualTo(atEnd.bits());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void nothingIsLeftOfGradientsAfterAStep(Case one) {
        for (GradientClip clip : List.of(OFF, NEVER_REACHED)) {
            Run run = new Run(one, clip);
            run.step(0, 1);
            assertThat(run.parameters()).noneMatch(Parameter::hasGradient);
        }
    }

    /** Most gradients a run holds at a time: a block's and those of no block, instead of all. */
    @Test
    void gradientsOfABlockGoWithIt() {
        Case one = new Case("full", DType.F32, 0, () -> TinyDecoder.full(5, DType.F32));
        Run inBackward = new Run(one, OFF);
        long blocks = inBackward.inBlocks();
        long all = inBackward.parameters().size();
        assertThat(blocks).isPositive();
        assertThat(inBackward.most()).isEqualTo(blocks / TinyDecoder.LAYERS + (all - blocks));
        assertThat(new Run(one, NEVER_REACHED).most()).isEqualTo(all);
    }

    @Test
    void aSecondPassOfAStepOfOneIsADefect() {
        Case one = new Case("full", DType.F32, 0, () -> TinyDecoder.full(5, DType.F32));
        assertThatThrownBy(() -> new Run(one, OFF).step(0, 2))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("second pass");
    }

    private static final class Run {
        private final TinyDecoder model;
        private final LayerLoop loop;
        private final Updates updates;
        private final AtomicLong most = new AtomicLong();

        Run(Case one, GradientClip clip) {
            this.model = one.model().get();
            this.loop = new LayerLoop(model.decoder(), new Keeping.Top(one.kept()));
            AdamW optimizer = new AdamW(parameters(), new AdamW.Settings(0.9, 0.999, 1e-8, 0.1));
            this.updates = new Updates(optimizer, clip, model.decoder(), parameters());
        }

        List<Parameter> parameters() {
            return model.parameters();
        }

        /** @return the norm of its gradients */
        double step(int number, int passes) {
            try (Updates.Update update = updates.begin(1, 1e-2 / (number + 1))) {
                LayerLoop told = loop.telling(block -> {
                    most.accumulateAndGet(
                            parameters().stream().filter(Parameter::hasGradient).count(), Math::max);
                    update.blockDone(block);
                });
                for (int pass = 0; pass < passes; pass++) {
                    MicroBatch batch = MicroBatch.of(TinyDecoder.samples(number, 3), 0);
                    Noise noise = new Noise(7, number, batch.samples(), batch.places());
                    new LanguageModeling().accumulate(told, batch, Optional.of(noise), batch.supervised());
                }
                return update.finish();
            }
        }

        /** Parameters that belong to a block, as many to each. */
        long inBlocks() {
            return parameters().stream()
                    .filter(parameter ->
                            model.decoder().spec().layerOf(parameter.name()).isPresent())
                    .count();
        }

        /** Most parameters that had a gradient at a time. */
        long most() {
            step(0, 1);
            return most.get();
        }

        /** All that a checkpoint would hold of what was trained. */
        List<float[]> bits() {
            return parameters().stream()
                    .flatMap(parameter -> Stream.of(parameter.master(), parameter.compute()))
                    .map(Tensor::toFloats)
                    .toList();
        }
    }
}
