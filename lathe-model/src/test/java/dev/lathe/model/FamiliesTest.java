package dev.lathe.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lathe.base.Json;
import dev.lathe.base.TinyFamilies;
import dev.lathe.base.UserError;
import dev.lathe.tensor.DType;
import dev.lathe.tensor.Torch;
import java.util.Arrays;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Laws that hold in every family, with random weights; and what is said about configs that cannot be. */
class FamiliesTest {
    @BeforeEach
    void start() {
        Torch.start(1);
    }

    @Test
    void everyRowIsTried() {
        TreeSet<String> tried = new TreeSet<>();
        TinyFamilies.names()
                .forEach(name ->
                        tried.add(TinyFamilies.config(name).path("model_type").asText()));
        assertThat(tried)
                .containsExactlyInAnyOrderElementsOf(
                        Families.TABLE.stream().map(Family::modelType).toList());
    }

    /** Token by token with a cache, whose parts are read in several sizes, is the text at once. */
    @ParameterizedTest
    @MethodSource("dev.lathe.base.TinyFamilies#names")
    void cachedIsUncached(String name) {
        DecoderSpec spec = ConfigReader.read(TinyFamilies.config(name), name);
        Decoder decoder = TinyLlama.random(name.hashCode(), spec);
        int[] text = Arrays.stream(TinyLlama.text(1, 24))
                .map(id -> id % spec.vocabulary())
                .toArray();
        try (KvCache cache = KvCache.sized(spec, 3)) {
            CachedDecoderTest.OneReader reader = new CachedDecoderTest.OneReader(decoder, cache, 4);
            for (int length : new int[] {7, 8, 9, 10, 16, 24, 11, 12}) {
                float[] expected = CachedDecoderTest.uncached(decoder, Arrays.copyOf(text, length));
                float[] logits = reader.logitsAfter(text, length, () -> false).orElseThrow();
                float size = 0;
                for (float value : expected) {
                    size = Math.max(size, Math.abs(value));
                }
                assertThat(size).isFinite().isPositive();
                for (int id = 0; id < expected.length; id++) {
                    assertThat(logits[id]).isCloseTo(expected[id], within(1e-4f * (1 + size)));
                }
            }
        }
    }

    /** With whatever an adapter puts around a name. */
    @ParameterizedTest
    @MethodSource("dev.lathe.base.TinyFamilies#names")
    void aTensorSaysWhichBlockItIsIn(String name) {
        DecoderSpec spec = ConfigReader.read(TinyFamilies.config(name), name);
        SortedSet<Integer> blocks = new TreeSet<>();
        for (String tensor : ModelShape.of(spec).names()) {
            spec.layerOf("base_model.model." + tensor).ifPresent(blocks::add);
        }
        assertThat(blocks)
                .containsExactlyElementsOf(
                        IntStream.range(0, spec.layers()).boxed().toList());
        assertThat(spec.layerOf(spec.embeddingTensor())).isEmpty();
        assertThat(spec.layerOf(spec.headTensor())).isEmpty();
    }

    /** A model is a function of each of its tensors: a name that nothing reads would be a mistake in the table. */
    @ParameterizedTest
    @MethodSource("dev.lathe.base.TinyFamilies#names")
    void freshWeightsFitTheDecoder(String name) {
        DecoderSpec spec = ConfigReader.read(TinyFamilies.config(name), name);
        FreshWeights fresh = new FreshWeights(spec, 5);
        Decoder decoder = Decoder.build(spec, new FrozenModules(new Weights(fresh, name, DType.F32)));
        int[] text = {1, 5, 7, 3, 9, 30, 22, 8, 8, 1};
        TokenScores scores = TokenScores.of(decoder, text, 3);
        assertThat(Double.isFinite(scores.meanLoss())).isTrue();
        assertThat(ModelShape.of(spec).names()).doesNotHaveDuplicates();
    }

    /** As hub pages and papers count them: all numbers of the checkpoint. */
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "gpt2; 124439808; 'vocab_size': 50257, 'n_embd': 768, 'n_layer': 12, 'n_head': 12, 'n_positions': 1024",
                "bloom; 559214592; 'vocab_size': 250880, 'hidden_size': 1024, 'n_layer': 24, 'n_head': 16",
                "phi; 2779683840; 'vocab_size': 51200, 'hidden_size': 2560, 'num_hidden_layers': 32,"
                        + " 'num_attention_heads': 32, 'intermediate_size': 10240",
                "gemma; 2506172416; 'vocab_size': 256000, 'hidden_size': 2048, 'num_hidden_layers': 18,"
                        + " 'num_attention_heads': 8, 'num_key_value_heads': 1, 'intermediate_size': 16384",
                "deepseek_v2; 15706484224; 'vocab_size': 102400, 'hidden_size': 2048, 'num_hidden_layers': 27,"
                        + " 'num_attention_heads': 16, 'intermediate_size': 10944, 'kv_lora_rank': 512,"
                        + " 'qk_rope_head_dim': 64, 'qk_nope_head_dim': 128, 'v_head_dim': 128,"
                        + " 'n_routed_experts': 64, 'num_experts_per_tok': 6, 'moe_intermediate_size': 1408,"
                        + " 'n_shared_experts': 2, 'first_k_dense_replace': 1",
                "olmoe; 6919161856; 'vocab_size': 50304, 'hidden_size': 2048, 'num_hidden_layers': 16,"
                        + " 'num_attention_heads': 16, 'intermediate_size': 1024, 'num_experts': 64,"
                        + " 'num_experts_per_tok': 8",
                "cohere2; 8028033024; 'vocab_size': 256000, 'hidden_size': 4096, 'num_hidden_layers': 32,"
                        + " 'num_attention_heads': 32, 'num_key_value_heads': 8, 'intermediate_size': 14336",
                "cohere; 34980831232; 'vocab_size': 256000, 'hidden_size': 8192, 'num_hidden_layers': 40,"
                        + " 'num_attention_heads': 64, 'intermediate_size': 22528",
                "baichuan; 7505973248; 'vocab_size': 125696, 'hidden_size': 4096, 'num_hidden_layers': 32,"
                        + " 'num_attention_heads': 32, 'intermediate_size': 11008, 'max_position_embeddings': 4096",
                "exaone; 2405327360; 'vocab_size': 102400, 'hidden_size': 2560, 'num_layers': 30,"
                        + " 'num_attention_heads': 32, 'num_key_value_heads': 8, 'intermediate_size': 7168,"
                        + " 'tie_word_embeddings': true",
                "internlm2; 1889110016; 'vocab_size': 92544, 'hidden_size': 2048, 'num_hidden_layers': 24,"
                        + " 'num_attention_heads': 16, 'num_key_value_heads': 8, 'intermediate_size': 8192",
                "stablelm; 1644515328; 'vocab_size': 100352, 'hidden_size': 2048, 'num_hidden_layers': 24,"
                        + " 'num_attention_heads': 32, 'intermediate_size': 5632, 'use_qkv_bias': true",
                "glm; 9399951360; 'vocab_size': 151552, 'hidden_size': 4096, 'num_hidden_layers': 40,"
                        + " 'num_attention_heads': 32, 'num_key_value_heads': 2, 'intermediate_size': 13696,"
                        + " 'attention_bias': true, 'head_dim': 128",
                "gpt_oss; 20914757184; 'vocab_size': 201088, 'hidden_size': 2880, 'num_hidden_layers': 24,"
                        + " 'num_attention_heads': 64, 'num_key_value_heads': 8, 'head_dim': 64,"
                        + " 'intermediate_size': 2880, 'num_local_experts': 32, 'num_experts_per_tok': 4"
            })
    void publishedModelsHaveTheirSize(String family, long parameters, String keys) {
        String json = "{'model_type': '%s', %s}".formatted(family, keys).replace('\'', '"');
        DecoderSpec spec = ConfigReader.read((ObjectNode) Json.parse(json, family), family);
        assertThat(ModelShape.of(spec).parameters()).isEqualTo(parameters);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "mixtrall; model_type mixtrall is not there yet (the nearest: mixtral)",
                "; model_type (none) is not there yet",
            })
    void anUnknownFamilyIsNamedWithItsNearest(String family, String message) {
        ObjectNode config = Json.object();
        if (family != null) {
            config.put("model_type", family);
        }
        assertThatThrownBy(() -> ConfigReader.read(config, "x/config.json"))
                .isInstanceOf(UserError.class)
                .hasMessageContaining(message)
                .hasMessageContaining("x/config.json")
                .hasMessageContaining("mistral");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "llama; \"num_key_value_heads\": 3; num_attention_heads 4 is no multiple of num_key_value_heads, 3",
                "llama; \"hidden_size\": 0; hidden_size is 0",
                "llama; \"vocab_size\": \"many\"; vocab_size is \"many\"",
                "llama; \"hidden_act\": \"mish\"; hidden_act mish is not there yet",
                "gemma2; \"layer_types\": [\"full_attention\"]; layer_types has 1 layers, not 3",
                "smollm3; \"no_rope_layers\": [1]; no_rope_layers has 1 layers, not 3",
                "mixtral; \"num_experts_per_tok\": 9; num_experts_per_tok 9 is more than the 4 experts",
                "deepseek_v3; \"n_group\": 3; n_group 3 (topk_group 2) does not divide 8 experts",
                "stablelm; \"qk_layernorm\": true; qk_layernorm is true; which is not there yet"
            })
    void aConfigThatCannotBeIsNamed(String family, String key, String message) {
        ObjectNode config = TinyFamilies.config(family);
        config.setAll((ObjectNode) Json.parse("{" + key + "}", "keys"));
        assertThatThrownBy(() -> ConfigReader.read(config, "x"))
                .isInstanceOf(UserError.class)
                .hasMessageContaining(message);
    }

    @Test
    void sizesThatContradictTheTensorsAreNamed() {
        ObjectNode config = TinyFamilies.config("qwen2");
        FreshWeights fresh = new FreshWeights(ConfigReader.read(config, "x"), 1);
        DecoderSpec wider = ConfigReader.read(config.put("intermediate_size", 24), "x");
        assertThatThrownBy(() -> Decoder.build(wider, new FrozenModules(new Weights(fresh, "my-model", DType.F32))))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("my-model: tensor model.layers.0.mlp.gate_proj.weight is [20, 16]")
                .hasMessageContaining("config.json makes it [24, 16]");
    }

    @Test
    void learnedPositionsEnd() {
        DecoderSpec spec = ConfigReader.read(TinyFamilies.config("gpt2"), "x");
        Decoder decoder = TinyLlama.random(1, spec);
        assertThatThrownBy(() -> TokenScores.of(decoder, new int[65], 1))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("65 tokens, but the model learned only 64 positions");
    }
}
