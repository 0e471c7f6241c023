package dev.lathe.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lathe.base.Json;
import dev.lathe.tensor.DType;
import dev.lathe.tensor.Tensor;
import dev.lathe.text.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GrownVocabularyTest {
    private static final int ROWS = 40;
    private static final int HIDDEN = 16;

    private final LoadedModel phi;

    GrownVocabularyTest(@TempDir Path folder) throws IOException {
        ObjectNode config = (ObjectNode) Json.parse("""
                {"model_type": "phi", "vocab_size": 40, "hidden_size": 16, "intermediate_size": 24,
                 "num_hidden_layers": 1, "num_attention_heads": 2, "partial_rotary_factor": 0.5, "torch_dtype": "float32"}
                """, "phi");
        DecoderSpec spec = ConfigReader.read(config, "phi");
        Files.writeString(
                folder.resolve("tokenizer.json"),
                "{\"model\": {\"type\": \"WordLevel\", \"unk_token\": \"a\", \"vocab\": {\"a\": 0}}}");
        Tokenizer tokenizer = Tokenizer.load(folder);
        this.phi = new LoadedModel("phi", config, Optional.empty(), spec, new FreshWeights(spec, 1), tokenizer);
    }

    /** Phi's head has a bias and a table of its own. */
    @Test
    void headAndBiasGrowToo() {
        LoadedModel grown = GrownVocabulary.grow(phi, NewRows.upTo(64));
        assertThat(grown.spec().vocabulary()).isEqualTo(64);
        assertThat(grown.config().path("vocab_size").asInt()).isEqualTo(64);
        DecoderSpec spec = grown.spec();
        ModelShape.of(spec).tensors().forEach(tensor -> assertThat(
                        grown.weights().spec(tensor.name()).shape())
                .containsExactly(tensor.shape()));
        float[] bias = values(grown, spec.headModule() + ".bias", 64);
        assertThat(Arrays.copyOfRange(bias, ROWS, 64)).containsOnly(0);
        float[] head = values(grown, spec.headTensor(), 64, HIDDEN);
        float[] table = values(grown, spec.embeddingTensor(), 64, HIDDEN);
        assertThat(Arrays.copyOf(head, ROWS * HIDDEN)).containsExactly(values(phi, spec.headTensor(), ROWS, HIDDEN));
        assertThat(row(head, 50)).as("other noise than the embedding's").isNotEqualTo(row(table, 50));
    }

    /** Twice the same, whoever asks; in the reference a head's row too starts from the embedding's rows. */
    @Test
    void aRowIsAFunctionOfModelAndToken() {
        NewRows rows = new NewRows(48, new TreeMap<>(Map.of(7, List.of(), 45, List.of(1, 2))), false);
        LoadedModel grown = GrownVocabulary.grow(phi, rows);
        String name = phi.spec().headTensor();
        float[] head = values(grown, name, 48, HIDDEN);
        assertThat(values(GrownVocabulary.grow(phi, rows), name, 48, HIDDEN)).containsExactly(head);
        float[] table = values(phi, phi.spec().embeddingTensor(), ROWS, HIDDEN);
        float[] old = values(phi, name, ROWS, HIDDEN);
        for (int i = 0; i < HIDDEN; i++) {
            assertThat(head[45 * HIDDEN + i]).isCloseTo((table[HIDDEN + i] + table[2 * HIDDEN + i]) / 2, within(1e-6f));
        }
        assertThat(row(head, 6)).containsExactly(row(old, 6));
        assertThat(row(head, 7)).isNotEqualTo(row(old, 7));
        assertThat(row(head, 8)).containsExactly(row(old, 8));
    }

    private static float[] row(float[] table, int row) {
        return Arrays.copyOfRange(table, row * HIDDEN, row * HIDDEN + HIDDEN);
    }

    private static float[] values(LoadedModel model, String name, long... shape) {
        try (Tensor tensor = new Weights(model.weights(), "phi", DType.F32).get(name, shape)) {
            return tensor.toFloats();
        }
    }
}
