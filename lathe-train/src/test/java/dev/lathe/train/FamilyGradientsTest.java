package dev.lathe.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lathe.base.Disk;
import dev.lathe.base.SafeFiles;
import dev.lathe.base.TinyFamilies;
import dev.lathe.data.Sample;
import dev.lathe.model.ConfigReader;
import dev.lathe.model.Decoder;
import dev.lathe.model.DecoderSpec;
import dev.lathe.model.FreshWeights;
import dev.lathe.model.FrozenModules;
import dev.lathe.model.ModelShape;
import dev.lathe.model.StoredLayout;
import dev.lathe.model.Weights;
import dev.lathe.model.file.Checkpoint;
import dev.lathe.model.file.TensorSpec;
import dev.lathe.model.file.WeightFile;
import dev.lathe.tensor.DType;
import dev.lathe.tensor.Parameter;
import dev.lathe.tensor.Torch;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** In every family, with random weights and packed samples: each tensor's gradient is the loss's slope, in float64. */
class FamilyGradientsTest {
    private static final double STEP = 1e-5;

    private final Path folder;

    FamilyGradientsTest(@TempDir Path folder) {
        this.folder = folder;
    }

    @BeforeEach
    void start() {
        Torch.start(1);
    }

    @ParameterizedTest
    @MethodSource("dev.lathe.base.TinyFamilies#names")
    void areTheLossesSlope(String name) {
        DecoderSpec spec = ConfigReader.read(TinyFamilies.config(name), name);
        TrainedModules modules = new TrainedModules(
                new FrozenModules(new Weights(new FreshWeights(spec, 3), name, DType.F64)), tensor -> true, DType.F64);
        Decoder decoder = Decoder.build(spec, modules);
        shake(modules.parameters());
        compare(decoder, modules.parameters());
    }

    @ParameterizedTest
    @MethodSource("dev.lathe.base.TinyFamilies#names")
    void throughAdaptersToo(String name) {
        DecoderSpec spec = ConfigReader.read(TinyFamilies.config(name), name);
        LoraSpec lora = new LoraSpec(2, 3, 0, false, ModelShape.of(spec).linears(), List.of());
        LoraModules modules = new LoraModules(
                new FrozenModules(new Weights(new FreshWeights(spec, 11), name, DType.F64)), lora, new FreshAdapter(1));
        Decoder decoder = Decoder.build(spec, modules);
        shake(modules.parameters());
        LayerLoop loop = new LayerLoop(decoder, new Keeping.Top(0));
        loss(loop);
        // Factors are float32, so their own slopes are rough; along all gradients at once: |g|² is what one step along
        // g gains.
        double squares = 0;
        List<float[]> gradients = new ArrayList<>();
        for (Parameter parameter : modules.parameters()) {
            float[] gradient = parameter.gradient().data().toArray(ValueLayout.JAVA_FLOAT);
            gradients.add(gradient);
            for (float value : gradient) {
                squares += (double) value * value;
            }
        }
        double step = 1e-4 / Math.sqrt(squares); // small, lest a router choose otherwise
        double slope = (moved(loop, modules.parameters(), gradients, step)
                        - moved(loop, modules.parameters(), gradients, -2 * step))
                / (2 * step);
        assertThat(slope).isCloseTo(squares, within(3e-3 * squares));
    }

    /** In the arithmetic of real runs, through every operation there and back. */
    @ParameterizedTest
    @MethodSource("dev.lathe.base.TinyFamilies#names")
    void bf16ComesClose(String name) {
        DecoderSpec spec = ConfigReader.read(TinyFamilies.config(name), name);
        double[] losses = new double[2];
        double[] norms = new double[2];
        for (int i = 0; i < 2; i++) {
            TrainedModules modules = new TrainedModules(
                    new FrozenModules(new Weights(new FreshWeights(spec, 3), name, i == 0 ? DType.F32 : DType.BF16)),
                    tensor -> true,
                    DType.F32);
            Decoder decoder = Decoder.build(spec, modules);
            losses[i] = loss(new LayerLoop(decoder, new Keeping.Top(1)));
            for (Parameter parameter : modules.parameters()) {
                norms[i] += parameter.gradientSquares();
            }
        }
        assertThat(losses[1]).isCloseTo(losses[0], within(0.03 * losses[0]));
        assertThat(Math.sqrt(norms[1])).isCloseTo(Math.sqrt(norms[0]), within(0.15 * Math.sqrt(norms[0])));
    }

    private static double moved(LayerLoop loop, List<Parameter> parameters, List<float[]> along, double step) {
        for (int i = 0; i < parameters.size(); i++) {
            MemorySegment data = parameters.get(i).master().data();
            for (int e = 0; e < along.get(i).length; e++) {
                float value = data.getAtIndex(ValueLayout.JAVA_FLOAT, e);
                data.setAtIndex(ValueLayout.JAVA_FLOAT, e, (float) (value + step * along.get(i)[e]));
            }
            parameters.get(i).refresh();
        }
        return loss(loop);
    }

    /** A few numbers of every tensor. */
    private static void compare(Decoder decoder, List<Parameter> parameters) {
        LayerLoop loop = new LayerLoop(decoder, new Keeping.Top(1));
        parameters.forEach(Parameter::clearGradient);
        loss(loop);
        List<double[]> gradients =
                parameters.stream().map(p -> p.gradient().toDoubles()).toList();
        Random random = new Random(1);
        for (int i = 0; i < parameters.size(); i++) {
            Parameter parameter = parameters.get(i);
            int largest = largest(gradients.get(i));
            for (int element : new int[] {largest, random.nextInt(gradients.get(i).length)}) {
                MemorySegment data = parameter.master().data();
                double value = data.getAtIndex(ValueLayout.JAVA_DOUBLE, element);
                data.setAtIndex(ValueLayout.JAVA_DOUBLE, element, value + STEP);
                double up = loss(loop);
                data.setAtIndex(ValueLayout.JAVA_DOUBLE, element, value - STEP);
                double down = loss(loop);
                data.setAtIndex(ValueLayout.JAVA_DOUBLE, element, value);
                double slope = (up - down) / (2 * STEP);
                assertThat(gradients.get(i)[element])
                        .as("%s, number %d", parameter.name(), element)
                        .isCloseTo(slope, within(1e-6 + 1e-4 * Math.abs(slope)));
            }
        }
    }

    private static int largest(double[] values) {
        int best = 0;
        for (int i = 0; i < values.length; i++) {
            best = Math.abs(values[i]) > Math.abs(values[best]) ? i : best;
        }
        return best;
    }

    /** Two samples of a batch, packed. */
    private static double loss(LayerLoop loop) {
        List<Sample> samples = new ArrayList<>();
        Random random = new Random(2);
        for (int length : new int[] {11, 6}) {
            int[] ids = random.ints(length, 0, 40).toArray();
            int[] labels = ids.clone();
            Arrays.fill(labels, 0, 2, Sample.IGNORED);
            samples.add(Sample.row(ids, labels));
        }
        MicroBatch batch = MicroBatch.of(samples, 0);
        return new LanguageModeling(false, 0.1).accumulate(loop, batch, Optional.empty(), batch.supervised());
    }

    /** Norms and biases away from one and zero, adapters away from nothing. */
    private static void shake(List<Parameter> parameters) {
        Random random = new Random(4);
        for (Parameter parameter : parameters) {
            double[] values = parameter.master().toDoubles();
            for (int i = 0; i < values.length; i++) {
                double value = values[i] + random.nextGaussian(0, 0.1);
                MemorySegment data = parameter.master().data();
                if (parameter.master().dtype() == DType.F64) {
                    data.setAtIndex(ValueLayout.JAVA_DOUBLE, i, value);
                } else {
                    data.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) value);
                }
            }
            parameter.refresh();
        }
    }

    /** Written in the family's own layout and read again, every tensor is what it was. */
    @ParameterizedTest
    @MethodSource("dev.lathe.base.TinyFamilies#names")
    void savedIsLoaded(String name) {
        ObjectNode config = TinyFamilies.config(name);
        DecoderSpec spec = ConfigReader.read(config, name);
        FreshWeights fresh = new FreshWeights(spec, 7);
        new ModelArtifact(config, Optional.empty(), ModelTensors.of(fresh, List.of(), DType.F32), 1 << 20)
                .write(folder, new SafeFiles(Disk.real()));
        try (WeightFile stored = Checkpoint.open(folder);
                WeightFile read = StoredLayout.of(spec).reading(stored)) {
            for (TensorSpec tensor : ModelShape.of(spec).tensors()) {
                assertThat(read.spec(tensor.name()).shape()).isEqualTo(tensor.shape());
                assertThat(read.get(tensor.name())
                                .data()
                                .mismatch(fresh.get(tensor.name()).data()))
                        .as(tensor.name())
                        .isEqualTo(-1);
            }
            if (name.equals("gpt2")) { // whose linear layers lie the other way round
                assertThat(stored.spec("transformer.h.0.attn.c_attn.weight").shape())
                        .containsExactly(16, 48);
            }
        }
    }
}
