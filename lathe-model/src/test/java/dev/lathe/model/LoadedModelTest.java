package dev.lathe.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lathe.base.Disk;
import dev.lathe.base.Json;
import dev.lathe.base.SafeFiles;
import dev.lathe.base.UserError;
import dev.lathe.model.file.CheckpointWriter;
import dev.lathe.model.file.TensorSource;
import dev.lathe.model.file.TensorSpec;
import dev.lathe.tensor.DType;
import dev.lathe.tensor.Torch;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Heads in checkpoints whose config.json ties them to the embedding. */
class LoadedModelTest {
    private static final SafeFiles FILES = new SafeFiles(Disk.real());
    private static final String TOKENIZER =
            "{\"model\": {\"type\": \"WordLevel\", \"unk_token\": \"a\", \"vocab\": {\"a\": 0, \"b\": 1}}}";

    private final Path folder;

    LoadedModelTest(@TempDir Path folder) {
        this.folder = folder;
    }

    @BeforeEach
    void start() {
        Torch.start(1);
    }

    @ParameterizedTest
    @CsvSource({"none, true", "same, true", "other, false"})
    void aHeadOfItsOwnUnties(String head, boolean tied) {
        write(head);
        try (LoadedModel model = LoadedModel.open("model", folder)) {
            assertThat(model.spec().tiedHead()).isEqualTo(tied);
            assertThat(model.config().path("tie_word_embeddings").booleanValue())
                    .isEqualTo(tied);
            Decoder decoder =
                    Decoder.build(model.spec(), new FrozenModules(new Weights(model.weights(), "model", DType.F32)));
            String source = tied ? "model.embed_tokens.weight" : "lm_head.weight";
            assertThat(decoder.head().value().toFloats())
                    .isEqualTo(new Weights(model.weights(), "model", DType.F32)
                            .get(source, 12, 8)
                            .toFloats());
        }
    }

    @Test
    void weightsOfAnotherShapeThanTheConfigSays() {
        write("none");
        ObjectNode config = (ObjectNode) Json.read(folder.resolve("config.json"));
        FILES.writeText(folder.resolve("config.json"), Json.pretty(config.put("intermediate_size", 16)));
        refused("model: tensor model.layers.0.mlp.gate_proj.weight is [12, 8], but config.json makes it [16, 8]");
        FILES.writeText(
                folder.resolve("config.json"),
                Json.pretty(config.put("intermediate_size", 12).put("num_hidden_layers", 2)));
        refused("model.safetensors has no tensor model.layers.1.input_layernorm.weight");
    }

    @Test
    void weightsThatWereCutOff() throws IOException {
        write("none");
        Path weights = folder.resolve("model.safetensors");
        byte[] whole = Files.readAllBytes(weights);
        Files.write(weights, Arrays.copyOf(whole, whole.length - 7));
        refused("the download was cut off");
        Files.delete(weights);
        refused("holds no weights");
    }

    private void refused(String message) {
        assertThatThrownBy(() -> {
                    try (LoadedModel model = LoadedModel.open("model", folder)) {
                        Decoder.build(
                                model.spec(), new FrozenModules(new Weights(model.weights(), "model", DType.F32)));
                    }
                })
                .isInstanceOf(UserError.class)
                .hasMessageContaining(message);
    }

    private void write(String head) {
        ObjectNode config = Json.object()
                .put("model_type", "llama")
                .put("hidden_size", 8)
                .put("intermediate_size", 12)
                .put("num_hidden_layers", 1)
                .put("num_attention_heads", 2)
                .put("vocab_size", 12)
                .put("tie_word_embeddings", true);
        List<TensorSource> tensors = new ArrayList<>();
        for (TensorSpec spec :
                ModelShape.of(ConfigReader.read(config, "config")).tensors()) {
            tensors.add(random(spec.name(), spec.name().hashCode(), spec.shape()));
        }
        if (!head.equals("none")) {
            long seed = head.equals("same") ? "model.embed_tokens.weight".hashCode() : 1;
            tensors.add(random("lm_head.weight", seed, 12, 8));
        }
        new CheckpointWriter(FILES).write(folder, tensors, 1 << 20);
        FILES.writeText(folder.resolve("config.json"), Json.pretty(config));
        FILES.writeText(folder.resolve("tokenizer.json"), TOKENIZER);
    }

    private static TensorSource random(String name, long seed, long... shape) {
        TensorSpec spec = new TensorSpec(name, DType.F32, shape);
        Random random = new Random(seed);
        ByteBuffer values = ByteBuffer.allocate((int) spec.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        while (values.hasRemaining()) {
            values.putFloat((float) random.nextGaussian());
        }
        return new TensorSource(spec, () -> MemorySegment.ofArray(values.array()));
    }
}
