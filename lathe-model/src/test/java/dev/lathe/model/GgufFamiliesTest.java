package dev.lathe.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lathe.base.GoldenModels;
import dev.lathe.base.Json;
import dev.lathe.base.UserError;
import dev.lathe.model.file.Checkpoint;
import dev.lathe.model.file.GgufBytes;
import dev.lathe.model.file.StoredTensor;
import dev.lathe.model.file.TensorSpec;
import dev.lathe.model.file.WeightFile;
import dev.lathe.tensor.DType;
import dev.lathe.tensor.Torch;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The golden models written as llama.cpp's converter writes them (its names; rows of q and k permuted, fused projections
 * taken apart into all queries, all keys, all values; Gemma's norms plus one; experts stacked), and read back: the tensors
 * are the originals, and so are the logits wherever the file can say all that the config says.
 */
class GgufFamiliesTest {
    private static final Map<String, String> NAMES = names();

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
        "qwen3_moe, qwen3moe, true"
    })
    void readAsTheyWere(String family, String architecture, boolean sameLogits) throws IOException {
        Path golden = GoldenModels.folder(family);
        ObjectNode config = (ObjectNode) Json.read(golden.resolve("config.json"));
        Path file = folder.resolve("model.gguf");
        try (WeightFile original = Checkpoint.open(golden)) {
            Files.write(file, new Written(config, architecture).bytes(original));
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

    /** A model in llama.cpp's words. */
    private record Written(ObjectNode config, String architecture) {
        byte[] bytes(WeightFile original) {
            GgufBytes gguf = new GgufBytes().key("general.architecture", architecture);
            number(gguf, "embedding_length", config.path("hidden_size"));
            number(gguf, "block_count", config.path("num_hidden_layers"));
            number(gguf, "context_length", config.path("max_position_embeddings"));
            number(gguf, "attention.head_count", config.path("num_attention_heads"));
            JsonNode keyHeads = config.path("num_key_value_heads");
            number(
                    gguf,
                    "attention.head_count_kv",
                    config.path("multi_query").asBoolean() ? Json.parse("1", "1") : keyHeads);
            JsonNode width =
                    config.has("ffn_hidden_size") ? config.path("ffn_hidden_size") : config.path("intermediate_size");
            number(gguf, "feed_forward_length", width);
            number(gguf, "attention.key_length", config.path("head_dim"));
            number(gguf, "attention.sliding_window", config.path("sliding_window"));
            number(
                    gguf,
                    "expert_count",
                    config.has("num_experts") ? config.path("num_experts") : config.path("num_local_experts"));
            number(gguf, "expert_used_count", config.path("num_experts_per_tok"));
            number(gguf, "expert_feed_forward_length", config.path("moe_intermediate_size"));
            number(gguf, "expert_shared_feed_forward_length", config.path("shared_expert_intermediate_size"));
            real(gguf, "attention.layer_norm_rms_epsilon", config.path("rms_norm_eps"));
            for (String epsilon : List.of("layer_norm_eps", "layer_norm_epsilon", "norm_epsilon")) {
                real(gguf, "attention.layer_norm_epsilon", config.path(epsilon));
            }
            real(gguf, "attn_logit_softcapping", config.path("attn_logit_softcapping"));
            real(gguf, "final_logit_softcapping", config.path("final_logit_softcapping"));
            real(gguf, "attention.scale", config.path("attention_multiplier"));
            real(gguf, "embedding_scale", config.path("embedding_multiplier"));
            real(gguf, "residual_scale", config.path("residual_multiplier"));
            real(gguf, "logit_scale", config.path("logits_scaling"));
            rope(gguf);
            gguf.key("tokenizer.ggml.model", "gpt2")
                    .key(
                            "tokenizer.ggml.tokens",
                            IntStream.range(0, config.path("vocab_size").intValue())
                                    .mapToObj(id -> id == 0 ? "t" : id == 1 ? "0" : id == 2 ? "t0" : "x" + id)
                                    .toList())
                    .key("tokenizer.ggml.merges", List.of("t 0"));
            tensors(gguf, original);
            return gguf.bytes();
        }

        private void rope(GgufBytes gguf) {
            JsonNode rope = config.path("rope_parameters");
            JsonNode global = rope.has("full_attention") ? rope.path("full_attention") : rope;
            real(gguf, "rope.freq_base", global.path("rope_theta"));
            int headDim = config.path("head_dim")
                    .asInt(config.path("hidden_size").intValue()
                            / config.path("num_attention_heads").intValue());
            double share = rope.path("partial_rotary_factor").asDouble(1);
            gguf.key(architecture + ".rope.dimension_count", (int) (headDim * share));
            if (global.path("rope_type").asText().equals("linear")) {
                gguf.key(architecture + ".rope.scaling.type", "linear");
                real(gguf, "rope.scaling.factor", global.path("factor"));
            }
            if (rope.has("long_factor")) {
                number(gguf, "rope.scaling.original_context_length", rope.path("original_max_position_embeddings"));
                for (String length : List.of("long", "short")) {
                    JsonNode factors = rope.path(length + "_factor");
                    float[] values = new float[factors.size()];
                    for (int i = 0; i < values.length; i++) {
                        values[i] = (float) factors.get(i).doubleValue();
                    }
                    gguf.floats("rope_factors_" + length + ".weight", values, values.length);
                }
            }
        }

        private void number(GgufBytes gguf, String key, JsonNode value) {
            if (value.isInt()) {
                gguf.key(architecture + "." + key, value.intValue());
            }
        }

        private void real(GgufBytes gguf, String key, JsonNode value) {
            if (value.isNumber()) {
                gguf.key(architecture + "." + key, (float) value.doubleValue());
            }
        }

        private void tensors(GgufBytes gguf, WeightFile original) {
            Map<String, List<float[]>> stacks = new LinkedHashMap<>();
            Map<String, long[]> shapes = new LinkedHashMap<>();
            for (String name : original.names()) {
                StoredTensor tensor = original.get(name);
                float[] values = ordered(name, floats(tensor), tensor.spec());
                String own = translated(name);
                if (name.contains(".experts.")) {
                    stacks.computeIfAbsent(own, any -> new ArrayList<>()).add(values);
                    shapes.put(own, tensor.shape());
                } else {
                    gguf.floats(
                            own,
                            values,
                            innermostFirst(own.contains("inp_shexp") ? new long[] {values.length} : tensor.shape()));
                }
            }
            stacks.forEach((name, experts) -> {
                int each = experts.getFirst().length;
                float[] all = new float[each * experts.size()];
                for (int i = 0; i < experts.size(); i++) {
                    System.arraycopy(experts.get(i), 0, all, i * each, each);
                }
                long[] shape = shapes.getOrDefault(name, new long[0]);
                gguf.floats(name, all, innermostFirst(new long[] {experts.size(), shape[0], shape[1]}));
            });
        }

        private static long[] innermostFirst(long[] shape) {
            long[] turned = new long[shape.length];
            for (int i = 0; i < shape.length; i++) {
                turned[i] = shape[shape.length - 1 - i];
            }
            return turned;
        }

        private String translated(String name) {
            String kind = name.substring(name.lastIndexOf('.'));
            String module = name.substring(0, name.lastIndexOf('.'));
            Matcher layer =
                    Pattern.compile(".*?\\.(?:layers|h)\\.(\\d+)\\.(.*)").matcher(module);
            if (!layer.matches()) {
                return NAMES.getOrDefault(module, module) + kind;
            }
            String part = layer.group(2).replaceAll("experts\\.\\d+\\.", "experts.");
            boolean behind = architecture.startsWith("gemma") || architecture.equals("olmo2");
            String own = part.equals("post_attention_layernorm") && behind
                    ? "post_attention_norm"
                    : NAMES.getOrDefault(part, part);
            return "blk." + layer.group(1) + "." + own + kind;
        }

        /** Rows in the converter's order. */
        private float[] ordered(String name, float[] values, TensorSpec spec) {
            boolean permutes = List.of("llama", "granite", "smollm3").contains(architecture);
            int rows = (int) spec.shape()[0];
            int columns = values.length / rows;
            int heads = config.path("num_attention_heads").intValue();
            int width = config.path("head_dim").asInt(config.path("hidden_size").intValue() / heads);
            float[] moved = values.clone();
            if (name.contains("norm") && architecture.startsWith("gemma")) {
                for (int i = 0; i < moved.length; i++) {
                    moved[i]++;
                }
            } else if (permutes && name.matches(".*self_attn\\.[qk]_proj\\.weight")) {
                for (int row = 0; row < rows; row++) { // [heads, 2, half] becomes [heads, half, 2]
                    int within = row % width;
                    int to = row - within + within % (width / 2) * 2 + within / (width / 2);
                    System.arraycopy(values, row * columns, moved, to * columns, columns);
                }
            } else if (name.contains("query_key_value")) {
                int keyHeads = config.path("multi_query").asBoolean() ? 1 : heads;
                int group = heads / keyHeads;
                int to = 0;
                for (int part = 0; part < 3; part++) {
                    for (int key = 0; key < keyHeads; key++) {
                        for (int i = 0; i < (part == 0 ? group : 1); i++) {
                            int head = key * (group + 2) + (part == 0 ? i : group + part - 1);
                            System.arraycopy(values, head * width * columns, moved, to, width * columns);
                            to += width * columns;
                        }
                    }
                }
            }
            return moved;
        }
    }

    private static Map<String, String> names() {
        Map<String, String> names = new LinkedHashMap<>();
        List.of("model.embed_tokens", "gpt_neox.embed_in", "transformer.word_embeddings")
                .forEach(name -> names.put(name, "token_embd"));
        List.of("model.norm", "gpt_neox.final_layer_norm", "transformer.ln_f")
                .forEach(name -> names.put(name, "output_norm"));
        List.of("lm_head", "embed_out").forEach(name -> names.put(name, "output"));
        List.of("self_attn.qkv_proj", "attention.query_key_value", "self_attention.query_key_value")
                .forEach(name -> names.put(name, "attn_qkv"));
        List.of("self_attn.o_proj", "attention.dense", "self_attention.dense")
                .forEach(name -> names.put(name, "attn_output"));
        List.of("mlp.up_proj", "mlp.gate_up_proj", "mlp.dense_h_to_4h", "mlp.c_fc")
                .forEach(name -> names.put(name, "ffn_up"));
        List.of("mlp.down_proj", "mlp.dense_4h_to_h", "mlp.c_proj").forEach(name -> names.put(name, "ffn_down"));
        names.put("input_layernorm", "attn_norm");
        names.put("self_attn.q_proj", "attn_q");
        names.put("self_attn.k_proj", "attn_k");
        names.put("self_attn.v_proj", "attn_v");
        names.put("self_attn.q_norm", "attn_q_norm");
        names.put("self_attn.k_norm", "attn_k_norm");
        names.put("mlp.gate_proj", "ffn_gate");
        names.put("post_attention_layernorm", "ffn_norm");
        names.put("pre_feedforward_layernorm", "ffn_norm");
        names.put("post_self_attn_layernorm", "post_attention_norm");
        names.put("post_mlp_layernorm", "post_ffw_norm");
        names.put("post_feedforward_layernorm", "post_ffw_norm");
        names.put("mlp.gate", "ffn_gate_inp");
        names.put("block_sparse_moe.gate", "ffn_gate_inp");
        names.put("mlp.shared_expert_gate", "ffn_gate_inp_shexp");
        for (String part : List.of("gate", "up", "down")) {
            names.put("mlp.shared_expert." + part + "_proj", "ffn_" + part + "_shexp");
            names.put("mlp.experts." + part + "_proj", "ffn_" + part + "_exps");
        }
        names.put("block_sparse_moe.experts.w1", "ffn_gate_exps");
        names.put("block_sparse_moe.experts.w3", "ffn_up_exps");
        names.put("block_sparse_moe.experts.w2", "ffn_down_exps");
        return names;
    }
}
