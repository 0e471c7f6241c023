package dev.lathe.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lathe.base.GoldenModels;
import dev.lathe.base.Json;
import dev.lathe.base.TinyFamilies;
import dev.lathe.base.UserError;
import dev.lathe.model.file.Checkpoint;
import dev.lathe.model.file.GgufBytes;
import dev.lathe.model.file.PackedRowFile;
import dev.lathe.model.file.PackedRows;
import dev.lathe.model.file.StoredTensor;
import dev.lathe.model.file.WeightFile;
import dev.lathe.tensor.DType;
import dev.lathe.tensor.Segments;
import dev.lathe.tensor.Tape;
import dev.lathe.tensor.Tensor;
import dev.lathe.tensor.Tensors;
import dev.lathe.tensor.Torch;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Models written as llama.cpp's converter writes them ({@link WrittenGguf}) and read back: the tensors are the originals, and
 * so are the logits wherever the file can say all that the config says.
 */
class GgufFamiliesTest {
    private final Path folder;

    GgufFamiliesTest(@TempDir Path folder) {
        this.folder = folder;
    }

    @BeforeEach
    void start() {
        Torch.start(1);
    }

    @ParameterizedTest
    @CsvSource({
        "qwen2, qwen2, true",
        "qwen3, qwen3, true",
        "phi3, phi3, true",
        "phi3_longrope, phi3, true",
        "gemma2, gemma2, false", // golden: another scale than llama.cpp takes for granted
        "gemma3_text, gemma3, false", // and other layers with a window
        "granite, granite, true",
        "glm4, glm4, true",
        "olmo2, olmo2, true",
        "smollm3, smollm3, true",
        "starcoder2, starcoder2, true",
        "gpt_neox, gptneox, true",
        "falcon, falcon, true",
        "mixtral, llama, true",
        "qwen2_moe, qwen2moe, true",
        "qwen3_moe, qwen3moe, true",
        "gpt_oss, gpt-oss, true",
        "deepseek_v3, deepseek2, true"
    })
    void readAsTheyWere(String family, String architecture, boolean sameLogits) throws IOException {
        Path golden = GoldenModels.folder(family);
        ObjectNode config = (ObjectNode) Json.read(golden.resolve("config.json"));
        Path file = folder.resolve("model.gguf");
        try (WeightFile original = Checkpoint.open(golden)) {
            DecoderSpec spec = ConfigReader.read(config, family);
            Files.write(file, new WrittenGguf(config, spec, architecture, true).bytes(original));
            try (LoadedModel model = LoadedModel.open("my.gguf", file)) {
                for (String name : original.names()) {
                    StoredTensor expected = original.get(name);
                    StoredTensor found = model.weights().get(name);
                    assertThat(found.shape()).as(name).isEqualTo(expected.shape());
                    if (name.contains("norm") && architecture.startsWith("gemma")) { // 1 + w has lost w's last digits
                        assertThat(floats(found))
                                .usingComparatorWithPrecision(1e-6f)
                                .containsExactly(floats(expected));
                    } else {
                        assertThat(found.data().mismatch(expected.data()))
                                .as(name)
                                .isEqualTo(-1);
                    }
                }
                for (Matrices matrices : sameLogits ? Matrices.values() : new Matrices[0]) {
                    Decoder decoder = Decoder.build(
                            model.spec(), new FrozenModules(new Weights(model.weights(), "gguf", DType.F32), matrices));
                    JsonNode sequences =
                            Json.read(golden.resolve("golden.json")).path("sequences");
                    sequences.forEach(sequence -> ReferenceLogitsTest.compare(sequence, decoder, 2e-4, 1e-5));
                }
            }
        }
    }

    /** Rows in the order of the decoder, whatever the converter did to them: packed = dense. */
    @ParameterizedTest
    @CsvSource({"granite, granite", "falcon, falcon", "qwen3, qwen3", "gpt_neox, gptneox"})
    void packedRowsAreTheDenseOnes(String family, String architecture) throws IOException {
        Path golden = GoldenModels.folder(family);
        ObjectNode config = (ObjectNode) Json.read(golden.resolve("config.json"));
        Path file = folder.resolve("model.gguf");
        try (WeightFile original = Checkpoint.open(golden)) {
            DecoderSpec spec = ConfigReader.read(config, family);
            Files.write(file, new WrittenGguf(config, spec, architecture, true).packed(original));
            try (LoadedModel model = LoadedModel.open("my.gguf", file)) {
                PackedRowFile weights = (PackedRowFile) model.weights();
                Weights dense = new Weights(weights, "gguf", DType.F32);
                List<String> packed = weights.names().stream()
                        .filter(name -> weights.packed(name).isPresent())
                        .toList();
                assertThat(packed).hasSizeGreaterThan(3);
                for (String name : packed) {
                    PackedRows rows = weights.packed(name).orElseThrow();
                    float[] expected = dense.get(name, weights.spec(name).shape())
                            .to(DType.BF16)
                            .toFloats();
                    float[] row = new float[rows.length()];
                    for (int r = 0; r < rows.rows(); r++) {
                        rows.row(r, row);
                        float[] rounded =
                                Tensors.of(row, row.length).to(DType.BF16).toFloats();
                        assertThat(rounded)
                                .as("%s, row %d", name, r)
                                .isEqualTo(Arrays.copyOfRange(expected, r * row.length, (r + 1) * row.length));
                    }
                }
            }
        }
    }

    /** Families and variants without a golden, with random weights. */
    @ParameterizedTest
    @CsvSource({
        "gemma, gemma, true",
        "glm, chatglm, true",
        "exaone4, exaone4, true",
        "exaone4: hybrid, exaone4, true",
        "baichuan, baichuan, true",
        "baichuan: 13B, baichuan, true",
        "granitemoe, granitemoe, true",
        "deepseek_v2, deepseek2, true",
        "deepseek_v2, deepseek2, false",
        "deepseek_v2: yarn, deepseek2, true",
        "deepseek_v3, deepseek2, true",
        "olmoe, olmoe, true",
        "exaone, exaone, true",
        "exaone: stretched, exaone, true",
        "gpt2, gpt2, true",
        "bloom, bloom, true",
        "phi, phi2, true",
        "stablelm, stablelm, true",
        "cohere, command-r, true",
        "cohere: qk norm, command-r, true"
    })
    void randomWeightsAreReadAsTheyWere(String name, String architecture, boolean mla) throws IOException {
        ObjectNode config = TinyFamilies.config(name);
        if (name.equals("baichuan: 13B")) { // llama.cpp knows it by its layers
            config.put("num_hidden_layers", 40);
        }
        DecoderSpec spec = ConfigReader.read(config, name);
        WeightFile original = new FreshWeights(spec, 1);
        Path file = folder.resolve("model.gguf");
        Files.write(file, new WrittenGguf(config, spec, architecture, mla).bytes(original));
        try (LoadedModel model = LoadedModel.open("my.gguf", file)) {
            assertThat(model.weights().names()).containsExactlyInAnyOrderElementsOf(original.names());
            for (String tensor : original.names()) {
                assertThat(floats(model.weights().get(tensor)))
                        .as(tensor)
                        .usingComparatorWithPrecision(1e-6f)
                        .containsExactly(floats(original.get(tensor)));
            }
            Tensor expected = logits(spec, original);
            Tensor found = logits(model.spec(), model.weights());
            assertThat(found.minus(expected).norm()).isLessThan(1e-4 * expected.norm());
        }
    }

    /** As ChatGLM's own checkpoints have them, which are converted too. */
    @Test
    void aFusedMatrixIsTakenApart() throws IOException {
        ObjectNode config = TinyFamilies.config("glm");
        DecoderSpec spec = ConfigReader.read(config, "glm");
        WeightFile original = new FreshWeights(spec, 2);
        Path file = folder.resolve("model.gguf");
        Files.write(file, new WrittenGguf(config, spec, "chatglm", true).fused(original));
        try (LoadedModel model = LoadedModel.open("my.gguf", file)) {
            for (String tensor : original.names()) {
                assertThat(model.weights()
                                .get(tensor)
                                .data()
                                .mismatch(original.get(tensor).data()))
                        .as(tensor)
                        .isEqualTo(-1);
            }
        }
    }

    private static Tensor logits(DecoderSpec spec, WeightFile weights) {
        Decoder decoder = Decoder.build(spec, new FrozenModules(new Weights(weights, "tiny", DType.F32)));
        int[] ids =
                IntStream.range(0, 12).map(i -> (7 * i + 3) % spec.vocabulary()).toArray();
        int[] places = IntStream.range(0, ids.length).toArray();
        PackedPass pass = new PackedPass(
                Tape.off(), spec.rope().at(places, ids.length), new Segments(new int[] {ids.length}), Optional.empty());
        return decoder.logits(decoder.hidden(pass, Tensors.indices(ids)));
    }

    @Test
    void anotherArchitectureIsNamed() throws IOException {
        Path file = folder.resolve("model.gguf");
        Files.write(
                file,
                new GgufBytes()
                        .key("general.architecture", "rwkv7")
                        .floats("x", new float[] {1}, 1)
                        .bytes());
        assertThatThrownBy(() -> LoadedModel.open("my.gguf", file))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("my.gguf: its architecture is rwkv7; of GGUF files llama, internlm2, qwen2");
    }

    private static float[] floats(StoredTensor tensor) {
        return tensor.data().toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
    }
}
