package dev.lathe.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lathe.base.GoldenModels;
import dev.lathe.base.Json;
import dev.lathe.data.Sample;
import dev.lathe.model.ConfigReader;
import dev.lathe.model.Decoder;
import dev.lathe.model.FrozenModules;
import dev.lathe.model.Weights;
import dev.lathe.model.file.Checkpoint;
import dev.lathe.model.file.WeightFile;
import dev.lathe.tensor.DType;
import dev.lathe.tensor.Parameter;
import dev.lathe.tensor.Torch;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.StreamSupport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Loss and the gradient of every tensor of goldens/train/models, from the reference's padded batch of two rows. */
class ModelGradientsTest {
    @ParameterizedTest
    @FieldSource("dev.lathe.base.GoldenModels#NAMES")
    void equalTheReference(String family) {
        Path folder = GoldenModels.folder(family);
        compare(family, folder, Json.read(folder.resolve("golden.json")).path("train"), 0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"mixtral", "qwen2_moe", "qwen3_moe", "gpt_oss"})
    void withTheBalanceLossToo(String family) {
        Path folder = GoldenModels.folder(family);
        JsonNode golden = Json.read(folder.resolve("golden.json"));
        ObjectNode expected = golden.path("train").deepCopy();
        expected.setAll((ObjectNode) golden.path("train_with_aux"));
        compare(family, folder, expected, expected.path("router_aux_loss_coef").doubleValue());
    }

    private static void compare(String family, Path folder, JsonNode golden, double balance) {
        Torch.start(1);
        try (WeightFile file = Checkpoint.open(folder)) {
            TrainedModules modules = new TrainedModules(
                    new FrozenModules(new Weights(file, family, DType.F32)), name -> true, DType.F32);
            ObjectNode config = (ObjectNode) Json.read(folder.resolve("config.json"));
            Decoder decoder = Decoder.build(ConfigReader.read(config, family), modules);
            MicroBatch batch = unpadded(samples(golden));
            long targets = Arrays.stream(batch.targets())
                    .filter(target -> target != Sample.IGNORED)
                    .count();
            double loss = new LanguageModeling(false, balance)
                    .accumulate(new LayerLoop(decoder, new Keeping.Top(0)), batch, Optional.empty(), targets);
            double total = golden.path("grad_norm").doubleValue();

            assertThat(loss).isCloseTo(golden.path("loss").doubleValue(), within(1e-5 * loss));
            assertThat(modules.parameters().stream().map(Parameter::name).toList())
                    .containsExactlyInAnyOrderElementsOf(golden.path("grad").properties().stream()
                            .map(tensor -> tensor.getKey())
                            .filter(name -> !name.endsWith("e_score_correction_bias")) // no part of any loss
                            .toList());
            double squares = 0;
            for (Parameter parameter : modules.parameters()) {
                double norm = norm(parameter);
                double expected =
                        golden.path("grad").path(parameter.name()).get(0).doubleValue();
                double tolerance = expected < 1e-6 * total ? 1e-6 * total : 1e-4 * expected;
                assertThat(norm).as(parameter.name()).isCloseTo(expected, within(tolerance));
                squares += norm * norm;
            }
            assertThat(Math.sqrt(squares)).isCloseTo(total, within(1e-4 * total));
        }
    }

    /** The numbers were taken without padding, on which a dynamic rope depends. */
    private static MicroBatch unpadded(List<Sample> samples) {
        MicroBatch batch = MicroBatch.of(samples, 0);
        return new MicroBatch(
                batch.ids(),
                batch.positions(),
                batch.segments(),
                batch.targets(),
                batch.samples(),
                batch.places(),
                batch.tokens(),
                batch.supervised(),
                samples.stream().mapToInt(Sample::tokens).max().orElseThrow());
    }

    private static double norm(Parameter parameter) {
        double square = 0;
        for (float value : parameter.gradient().data().toArray(ValueLayout.JAVA_FLOAT)) {
            square += (double) value * value;
        }
        return Math.sqrt(square);
    }

    private static List<Sample> samples(JsonNode golden) {
        List<Sample> samples = new ArrayList<>();
        for (int row = 0; row < 2; row++) {
            int length = golden.path("attention_mask_lengths").get(row).intValue();
            samples.add(Sample.row(
                    ints(golden.path("input_ids").get(row), length),
                    ints(golden.path("labels").get(row), length)));
        }
        return samples;
    }

    private static int[] ints(JsonNode array, int length) {
        return StreamSupport.stream(array.spliterator(), false)
                .limit(length)
                .mapToInt(JsonNode::intValue)
                .toArray();
    }
}
