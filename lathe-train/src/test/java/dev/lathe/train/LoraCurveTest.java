package dev.lathe.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lathe.base.Json;
import dev.lathe.base.Reference;
import dev.lathe.data.Sample;
import dev.lathe.model.ConfigReader;
import dev.lathe.model.Decoder;
import dev.lathe.model.DecoderSpec;
import dev.lathe.model.FrozenModules;
import dev.lathe.model.Weights;
import dev.lathe.model.file.Checkpoint;
import dev.lathe.model.file.Safetensors;
import dev.lathe.tensor.DType;
import dev.lathe.tensor.Parameter;
import dev.lathe.tensor.Torch;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.StreamSupport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The reference's LoRA curve from its own batches: forward, backward, clipping, AdamW and schedule, step by step. */
class LoraCurveTest {
    @ParameterizedTest
    @ValueSource(ints = {0, 2, 5})
    void stories260KRank8(int kept) {
        Torch.start(1);
        Path goldens = Reference.file("reference/goldens/train");
        JsonNode run = Json.read(goldens.resolve("curves/lora_r8_all.json"));
        Path folder = Reference.file("models/stories260K/hf");
        DecoderSpec spec = ConfigReader.read((ObjectNode) Json.read(folder.resolve("config.json")), folder.toString());
        LoraSpec lora = new LoraSpec(
                8,
                16,
                0,
                false,
                List.of("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"),
                List.of());
        Path init = goldens.resolve("adapters/" + run.path("init_adapter").asText() + ".safetensors");
        LoraModules modules = new LoraModules(
                new FrozenModules(new Weights(Checkpoint.open(folder), folder.toString(), DType.F32)),
                lora,
                new StoredAdapter(Safetensors.open(init), init.toString()));
        LayerLoop loop = new LayerLoop(Decoder.build(spec, modules), new Keeping.Top(kept));
        List<Parameter> parameters = modules.parameters();
        assertThat(parameters.stream().mapToLong(p -> p.master().count()).sum())
                .isEqualTo(run.path("n_trainable").longValue());

        AdamW optimizer = new AdamW(parameters, new AdamW.Settings(0.9, 0.999, 1e-8, 0));
        Updates updates = new Updates(optimizer, new GradientClip(1.0), loop.decoder(), parameters);
        LearningRate rate = new LearningRate(1e-3, 2, 12, new Schedule.Linear());
        Objective objective = new LanguageModeling();
        List<MicroBatch> batches = batches(run.path("all_batches"));
        for (int step = 0; step < 12; step++) {
            List<MicroBatch> micro = batches.subList(2 * step, 2 * step + 2);
            long divisor = micro.stream().mapToInt(MicroBatch::supervised).sum();
            double loss = 0;
            double norm;
            try (Updates.Update update = updates.begin(micro.size(), rate.at(step))) {
                for (MicroBatch batch : micro) {
                    loss += objective.accumulate(loop.telling(update), batch, Optional.empty(), divisor);
                }
                norm = update.finish();
            }
            JsonNode expected = run.path("steps").get(step);
            boolean first = step == 0;
            assertThat(loss).isCloseTo(expected.path("loss").doubleValue(), withinPercentage(first ? 1e-3 : 1e-2));
            assertThat(norm).isCloseTo(expected.path("grad_norm").doubleValue(), withinPercentage(first ? 1e-3 : 1e-1));
        }
    }

    private static List<MicroBatch> batches(JsonNode golden) {
        List<MicroBatch> batches = new ArrayList<>();
        for (JsonNode batch : golden) {
            List<Sample> samples = new ArrayList<>();
            for (JsonNode row : batch.path("rows").isMissingNode() ? batch : batch.path("rows")) {
                int[] ids = StreamSupport.stream(row.path("ids").spliterator(), false)
                        .mapToInt(JsonNode::intValue)
                        .toArray();
                int[] labels = ids.clone();
                Arrays.fill(labels, 0, row.path("labels_from").intValue(), Sample.IGNORED);
                samples.add(Sample.row(ids, labels));
            }
            batches.add(MicroBatch.of(samples, 0));
        }
        return batches;
    }
}
