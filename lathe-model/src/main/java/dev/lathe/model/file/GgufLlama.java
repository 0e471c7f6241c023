package dev.lathe.model.file;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lathe.base.Json;
import dev.lathe.base.UserError;
import dev.lathe.tensor.DType;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * llama.cpp's architecture {@code llama} in Hugging Face's words: names, the order of the rows of q and k, and
 * config.json.
 */
final class GgufLlama {
    private static final Pattern NAME =
            Pattern.compile("(?:blk\\.(?<layer>\\d{1,6})\\.)?(?<part>[a-z_]+)\\.(?<kind>weight|bias)");
    private static final Map<String, String> WHOLE =
            Map.of("token_embd", "model.embed_tokens", "output_norm", "model.norm", "output", "lm_head");
    private static final Map<String, String> LAYER = Map.of(
            "attn_norm", "input_layernorm",
            "attn_q", "self_attn.q_proj",
            "attn_k", "self_attn.k_proj",
            "attn_v", "self_attn.v_proj",
            "attn_output", "self_attn.o_proj",
            "ffn_norm", "post_attention_layernorm",
            "ffn_gate", "mlp.gate_proj",
            "ffn_up", "mlp.up_proj",
            "ffn_down", "mlp.down_proj");

    private final MappedFile file;
    private final GgufHeader header;
    private final GgufKeys keys;
    private final int hidden;
    private final int heads;
    private final int kvHeads;
    private final int headDim;

    GgufLlama(MappedFile file, GgufHeader header) {
        this.file = file;
        this.header = header;
        this.keys = new GgufKeys(file.path(), header.metadata());
        String architecture = keys.text("general.architecture").orElse("not named");
        if (!architecture.equals("llama")) {
            throw new UserError(
                    "%s: its architecture is %s; of GGUF files only llama (also SmolLM, Mistral and others of that shape) can be read yet. Use the model's safetensors."
                            .formatted(file.path(), architecture));
        }
        if (keys.optionalNumber("llama.expert_count").orElse(0) > 0) {
            throw new UserError(
                    "%s is a mixture of experts, which cannot be read from GGUF yet. Use the model's safetensors."
                            .formatted(file.path()));
        }
        this.hidden = keys.number("llama.embedding_length");
        this.heads = keys.number("llama.attention.head_count");
        this.kvHeads = keys.optionalNumber("llama.attention.head_count_kv").orElse(heads);
        if (heads < 1 || kvHeads < 1 || heads % kvHeads != 0) {
            throw new UserError(
                    "%s: %d heads and %d key-value heads do not go together".formatted(file.path(), heads, kvHeads));
        }
        this.headDim = keys.optionalNumber("llama.attention.key_length").orElse(hidden / heads);
        int rotated = keys.optionalNumber("llama.rope.dimension_count").orElse(headDim);
        if (rotated != headDim || headDim < 2 || headDim % 2 != 0) {
            throw new UserError("%s: %d of the %d dimensions of a head are rotated, which no Llama does"
                    .formatted(file.path(), rotated, headDim));
        }
    }

    /** All tensors under Hugging Face's names. */
    Map<String, GgufWeights.Source> sources() {
        Map<String, GgufWeights.Source> sources = new LinkedHashMap<>();
        for (GgufHeader.Tensor tensor : header.tensors().values()) {
            if (tensor.name().equals(Llama3Factors.TENSOR)) {
                continue; // Not a weight: it says how positions are scaled, and config() says that instead.
            }
            Matcher name = NAME.matcher(tensor.name());
            String translated = name.matches() ? translated(name).orElse("") : "";
            if (translated.isEmpty()) {
                throw new UserError("%s: a Llama has no tensor %s; this is another kind of model, or a newer format"
                        .formatted(file.path(), tensor.name()));
            }
            sources.put(translated, new GgufWeights.Source(tensor, interleavedHeads(name.group("part"), tensor)));
        }
        return sources;
    }

    private static Optional<String> translated(Matcher name) {
        Optional<String> layer = Optional.ofNullable(name.group("layer"));
        Map<String, String> table = layer.isPresent() ? LAYER : WHOLE;
        String prefix = layer.map(number -> "model.layers." + Integer.parseInt(number) + ".")
                .orElse("");
        return Optional.ofNullable(table.get(name.group("part"))).map(part -> prefix + part + "." + name.group("kind"));
    }

    private int interleavedHeads(String part, GgufHeader.Tensor tensor) {
        int count = part.equals("attn_q") ? heads : part.equals("attn_k") ? kvHeads : 0;
        if (count > 0) {
            boolean shaped = tensor.shape().length >= 1 && tensor.shape()[0] == (long) count * headDim;
            boolean splittable = tensor.shape().length > 1 || tensor.type().blockLength() == 1;
            if (!shaped || !splittable) {
                throw new UserError("%s: tensor %s is %s of shape %s, which is not %d heads of %d"
                        .formatted(
                                file.path(),
                                tensor.name(),
                                tensor.type(),
                                Arrays.toString(tensor.shape()),
                                count,
                                headDim));
            }
        }
        return count;
    }

    /** The config.json that the model would have on the hub, in the spelling that all transformers versions read. */
    ObjectNode config(DType dtype) {
        ObjectNode config = Json.object();
        config.putArray("architectures").add("LlamaForCausalLM");
        config.put("attention_bias", header.tensors().containsKey("blk.0.attn_q.bias"));
        config.put("attention_dropout", 0.0);
        put(config, "bos_token_id", "tokenizer.ggml.bos_token_id");
        put(config, "eos_token_id", "tokenizer.ggml.eos_token_id");
        put(config, "pad_token_id", "tokenizer.ggml.padding_token_id");
        config.put("head_dim", headDim);
        config.put("hidden_act", "silu");
        config.put("hidden_size", hidden);
        config.put("initializer_range", 0.02);
        config.put("intermediate_size", keys.number("llama.feed_forward_length"));
        config.put("max_position_embeddings", keys.number("llama.context_length"));
        config.put("mlp_bias", header.tensors().containsKey("blk.0.ffn_up.bias"));
        config.put("model_type", "llama");
        config.put("num_attention_heads", heads);
        config.put("num_hidden_layers", keys.number("llama.block_count"));
        config.put("num_key_value_heads", kvHeads);
        config.put("rms_norm_eps", keys.real("llama.attention.layer_norm_rms_epsilon", 1e-5));
        GgufRope rope = new GgufRope(file, header, keys, headDim);
        config.put("rope_theta", rope.theta());
        config.putNull("rope_scaling");
        rope.scaling().ifPresent(scaling -> config.set("rope_scaling", scaling));
        config.put("tie_word_embeddings", !header.tensors().containsKey("output.weight"));
        config.put("torch_dtype", torchName(dtype));
        config.put("use_cache", true);
        config.put("vocab_size", vocabulary());
        return config;
    }

    private void put(ObjectNode config, String key, String ggufKey) {
        OptionalInt id = keys.optionalNumber(ggufKey);
        if (id.isPresent()) {
            config.put(key, id.getAsInt());
        } else {
            config.putNull(key);
        }
    }

    /** The rows of the embedding: what {@code llama.vocab_size} says is missing from older files. */
    private int vocabulary() {
        GgufHeader.Tensor embedding = header.tensors().get("token_embd.weight");
        if (embedding == null || embedding.shape().length != 2 || embedding.shape()[1] != hidden) {
            throw new UserError("%s has no token_embd.weight of width %d".formatted(file.path(), hidden));
        }
        return (int) Math.min(embedding.shape()[0], Integer.MAX_VALUE);
    }

    private static String torchName(DType dtype) {
        return switch (dtype) {
            case F32 -> "float32";
            case F16 -> "float16";
            case BF16 -> "bfloat16";
            case F64, I64, I32, I16, I8, U64, U32, U16, U8, F8_E4M3, F8_E5M2, F8_E8M0, BOOL ->
                throw new IllegalArgumentException("a model does not compute in " + dtype);
        };
    }
}
