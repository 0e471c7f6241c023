package dev.lathe.model.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lathe.base.UserError;
import dev.lathe.tensor.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GgufRopeTest {
    private final Path folder;

    GgufRopeTest(@TempDir Path folder) {
        this.folder = folder;
    }

    private static GgufBytes llama() {
        return new GgufBytes()
                .key("general.architecture", "llama")
                .key("llama.embedding_length", 64)
                .key("llama.attention.head_count", 1)
                .key("llama.block_count", 1)
                .key("llama.feed_forward_length", 4)
                .key("llama.context_length", 131_072)
                .key("llama.rope.freq_base", 500_000f)
                .floats("token_embd.weight", new float[128], 64, 2)
                .floats("output.weight", new float[128], 64, 2);
    }

    @Test
    void scalingsHaveHuggingFacesNames() throws IOException {
        assertThat(scaling(llama())).isEqualTo("null");
        assertThat(scaling(llama().key("llama.rope.scaling.type", "linear").key("llama.rope.scaling.factor", 4f)))
                .isEqualTo("{\"rope_type\":\"linear\",\"factor\":4.0}");
        assertThat(scaling(llama().key("llama.rope.scaling.type", "yarn")
                        .key("llama.rope.scaling.factor", 16f)
                        .key("llama.rope.scaling.original_context_length", 4096)))
                .isEqualTo("{\"rope_type\":\"yarn\",\"factor\":16.0,\"original_max_position_embeddings\":4096}");
        assertThatThrownBy(() -> scaling(llama().key("llama.rope.scaling.type", "longrope")))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("rope scaling longrope");
    }

    /** llama.cpp's converter stores one factor a frequency, by the rule of Llama 3.1's original code. */
    @Test
    void llama3IsRecoveredFromItsFactors() throws IOException {
        float[] factors = new float[32];
        for (int i = 0; i < factors.length; i++) {
            double wavelength = 2 * Math.PI * Math.pow(500_000, i / 32.0);
            double smooth = Math.clamp((8192 / wavelength - 1) / 3, 0, 1);
            factors[i] = (float) (1 / ((1 - smooth) / 8 + smooth));
        }
        assertThat(scaling(llama().floats("rope_freqs.weight", factors, 32)))
                .isEqualTo("{\"rope_type\":\"llama3\",\"factor\":8.0,\"low_freq_factor\":1.0,"
                        + "\"high_freq_factor\":4.0,\"original_max_position_embeddings\":8192}");
        factors[31] = 9;
        assertThatThrownBy(() -> scaling(llama().floats("rope_freqs.weight", factors, 32)))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("where Llama 3's rule gives");
    }

    @Test
    void factorsAreNoWeight() throws IOException {
        try (Gguf file = open(llama().floats("rope_freqs.weight", new float[32], 32));
                WeightFile weights = file.weights(DType.F32)) {
            assertThat(weights.names()).containsExactly("model.embed_tokens.weight", "lm_head.weight");
            assertThat(file.dtype()).isEqualTo(DType.F32);
        }
        try (Gguf file = open(llama().floats("blk.0.ffn_gate_inp.weight", new float[32], 32))) {
            assertThatThrownBy(() -> file.weights(DType.F32))
                    .hasMessageContaining("no tensor blk.0.ffn_gate_inp.weight");
        }
        try (Gguf file = open(llama().floats("blk.0.attn_q.weight", new float[64], 64, 1))) {
            assertThatThrownBy(() -> file.weights(DType.F32)).hasMessageContaining("which is not 1 heads of 64");
        }
    }

    private String scaling(GgufBytes bytes) throws IOException {
        try (Gguf file = open(bytes)) {
            return file.config(DType.F32).path("rope_scaling").toString();
        }
    }

    private Gguf open(GgufBytes bytes) throws IOException {
        return Gguf.open(Files.write(folder.resolve("t.gguf"), bytes.bytes()));
    }
}
