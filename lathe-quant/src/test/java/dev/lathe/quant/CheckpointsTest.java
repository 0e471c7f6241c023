package dev.lathe.quant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lathe.base.Json;
import dev.lathe.base.Reference;
import dev.lathe.model.ConfigReader;
import dev.lathe.model.Decoder;
import dev.lathe.model.DecoderSpec;
import dev.lathe.model.FrozenModules;
import dev.lathe.model.ModelShape;
import dev.lathe.model.Modules;
import dev.lathe.model.TokenScores;
import dev.lathe.model.Weights;
import dev.lathe.model.file.Checkpoint;
import dev.lathe.model.file.Gguf;
import dev.lathe.model.file.PackedRowFile;
import dev.lathe.model.file.WeightFile;
import dev.lathe.tensor.DType;
import dev.lathe.tensor.Torch;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Checkpoints that other programs wrote: dequantised rows and logits, with the tolerances of the goldens' README. */
class CheckpointsTest {
    private final Unpacker unpacker = new Unpacker();

    @BeforeEach
    void start() {
        Torch.start(2);
    }

    @AfterEach
    void stop() {
        unpacker.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "bnb-4bit",
                "bnb-8bit",
                "gptq-4bit-g128",
                "gptq-8bit-g128",
                "gptq-3bit-g128",
                "gptq-2bit-g64",
                "gptq-4bit-g128-desc_act",
                "gptq_v2-4bit-g64-asym",
                "awq-4bit-g128",
                "hqq-4bit-g64-axis1",
                "aqlm-2x8-g8",
                "ct-w4a16-g128",
                "ct-w4a16-g64-asym-gptq",
                "ct-w8a8-int8",
                "ct-fp8-tensor"
            })
    void rowsAndLogitsAreTheGoldenOnes(String name) {
        Path folder = Goldens.folder("checkpoints/" + name);
        ObjectNode config = (ObjectNode) Json.read(folder.resolve("config.json"));
        DecoderSpec spec = ConfigReader.read(config, name);
        MatrixFormat format = CheckpointFormats.of(config.path("quantization_config"), name);
        try (QuantizedWeights weights = new QuantizedWeights(new DequantizedFile(
                        Checkpoint.open(folder), name, ModelShape.of(spec), format, DType.F32, unpacker));
                WeightFile golden = Goldens.tensors("checkpoints/" + name + "/golden_dequantised.safetensors")) {
            PackedMatrix down = weights.file()
                    .matrix(
                            "model.layers.0.mlp.down_proj",
                            spec.hidden(),
                            config.path("intermediate_size").asInt());
            String tensor = golden.names().iterator().next();
            Goldens.assertEqual(Goldens.rows(down, 8), Goldens.floats(golden, tensor), name + " " + tensor);
            FrozenModules modules = new FrozenModules(new Weights(weights, name, DType.F32));
            Modules.Part down0 = new Modules.Part("model.layers.0.mlp.down_proj", spec.hidden(), false);
            assertThat(modules.wide(
                            List.of(down0), config.path("intermediate_size").asInt(), 32))
                    .as("under an adapter it stays packed")
                    .isInstanceOf(QuantizedWideWeight.class);
            Decoder decoder = Decoder.build(spec, modules);
            JsonNode logits = Goldens.json("checkpoints/" + name + "/golden_logits.json");
            logits.path("sequences").forEach(sequence -> compare(decoder, sequence));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "stories260K-Q8_0",
                "rand64-Q8_0",
                "rand64-Q4_0",
                "rand64-Q4_1",
                "rand64-Q5_0",
                "rand64-Q5_1",
                "rand256-Q2_K",
                "rand256-Q4_K_S"
            })
    void blocksOfGgufGiveTheGoldenLogits(String name) {
        try (Gguf gguf = Gguf.open(Reference.file(Goldens.FOLDER + "gguf/" + name + ".gguf"))) {
            DecoderSpec spec = ConfigReader.read(gguf.config(DType.F32), name);
            PackedRowFile file = (PackedRowFile) gguf.weights(DType.F32);
            QuantizedWeights weights = new QuantizedWeights(
                    new DequantizedFile(file, name, ModelShape.of(spec), new GgufFormat(file), DType.F32, unpacker));
            Decoder decoder = Decoder.build(spec, new FrozenModules(new Weights(weights, name, DType.F32)));
            JsonNode golden = Goldens.json("gguf/golden_logits.json").path(name);
            golden.path("sequences").forEach(sequence -> compare(decoder, sequence));
        }
    }

    private static void compare(Decoder decoder, JsonNode sequence) {
        int[] ids = Goldens.ints(sequence.path("ids"));
        TokenScores scores = TokenScores.of(decoder, ids, 5);
        double[] sums = Goldens.doubles(sequence.path("logsumexp"));
        double[] next = Goldens.doubles(sequence.path("next_token_logit"));
        assertThat(sums.length).isEqualTo(ids.length);
        for (int t = 0; t < ids.length; t++) {
            assertThat(scores.logSumExp()[t]).isCloseTo(sums[t], within(5e-4));
        }
        for (int t = 0; t + 1 < ids.length; t++) {
            assertThat(scores.nextLogit()[t]).isCloseTo(next[t], within(5e-4));
        }
    }
}
