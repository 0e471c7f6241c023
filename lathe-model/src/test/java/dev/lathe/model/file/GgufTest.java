package dev.lathe.model.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lathe.base.Json;
import dev.lathe.base.Reference;
import dev.lathe.base.UserError;
import dev.lathe.tensor.DType;
import dev.lathe.tensor.Torch;
import dev.lathe.text.GgufVocabulary;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Goldens: gguf-py 0.19, llama.cpp's quantiser, transformers 5.6 (goldens/quant/gguf). */
class GgufTest {
    private static final String GOLDENS = "reference/goldens/quant/gguf/";
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final Path folder;

    GgufTest(@TempDir Path folder) {
        this.folder = folder;
    }

    @Test
    void rowsAreTheGoldenOnes() {
        int compared = 0;
        Pattern label = Pattern.compile("(.+):(.+):(\\w+)\\[(\\d+):(\\d+)]");
        try (WeightFile goldens = Safetensors.open(Reference.file(GOLDENS + "golden_dequantised.safetensors"))) {
            for (String name : goldens.names()) {
                Matcher parts = label.matcher(name);
                if (!parts.matches()) {
                    continue;
                }
                try (Gguf file = Gguf.open(Reference.file(GOLDENS + parts.group(1) + ".gguf"))) {
                    StoredTensor tensor = file.tensors(DType.F32).get(parts.group(2));
                    StoredTensor golden = goldens.get(name);
                    long start = Long.parseLong(parts.group(4)) * tensor.shape()[1] * 4;
                    MemorySegment rows =
                            tensor.data().asSlice(start, golden.data().byteSize());
                    assertThat(rows.mismatch(golden.data())).as(name).isEqualTo(-1);
                    compared++;
                }
            }
        }
        assertThat(compared).isEqualTo(20);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Q4_0", "Q4_1", "Q5_0", "Q5_1", "Q8_0", "Q2_K", "Q3_K", "Q4_K", "Q5_K", "Q6_K", "IQ1_S", "IQ1_M",
                "IQ2_XXS", "IQ2_XS", "IQ2_S", "IQ3_XXS", "IQ3_S", "IQ4_NL", "IQ4_XS", "TQ1_0", "TQ2_0", "MXFP4", "NVFP4"
            })
    void randomBlocksAreTheGoldenOnes(String type) {
        try (WeightFile goldens = Safetensors.open(Reference.file(GOLDENS + "random_blocks.safetensors"))) {
            StoredTensor stored = goldens.get(type + ".bytes");
            float[] golden = goldens.get(type + ".float").data().toArray(FLOAT);
            float[] row = new float[golden.length];
            GgufType.valueOf(type)
                    .rows()
                    .orElseThrow()
                    .read(stored.data().toArray(ValueLayout.JAVA_BYTE), row, row.length);
            assertThat(row).isEqualTo(golden);
        }
    }

    /** Weights, names, the order of q and k, and config.json all have to be right for these. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "stories260K-Q8_0",
                "rand64-F32",
                "rand64-BF16",
                "rand64-Q8_0",
                "rand64-Q4_0",
                "rand64-Q4_1",
                "rand64-Q5_0",
                "rand64-Q5_1",
                "rand256-Q2_K",
                "rand256-Q4_K_S"
            })
    void logitsAreTheGoldenOnes(String model) {
        JsonNode golden =
                Json.read(Reference.file(GOLDENS + "golden_logits.json")).path(model);
        try (Gguf file = Gguf.open(Reference.file(GOLDENS + model + ".gguf"));
                WeightFile weights = file.weights(DType.F32)) {
            PlainLlama llama = new PlainLlama(file.config(DType.F32), weights);
            for (JsonNode sequence : golden.path("sequences")) {
                List<Integer> ids = new ArrayList<>();
                sequence.path("ids").forEach(id -> ids.add(id.intValue()));
                double[][] logits = llama.logits(ids);
                for (int t = 0; t < ids.size(); t++) {
                    double sum = Arrays.stream(logits[t]).map(Math::exp).sum();
                    assertThat(Math.log(sum))
                            .isCloseTo(sequence.path("logsumexp").path(t).doubleValue(), within(5e-4));
                    if (t + 1 < ids.size()) {
                        assertThat(logits[t][ids.get(t + 1)])
                                .isCloseTo(
                                        sequence.path("next_token_logit")
                                                .path(t)
                                                .doubleValue(),
                                        within(5e-4));
                    }
                }
            }
        }
    }

    /** The same model as safetensors and as Q8_0: the same names and shapes, and no number further off than its block. */
    @Test
    void storiesAreTheirSafetensors() {
        try (WeightFile original = Checkpoint.open(Reference.file("models/stories260K/hf"));
                Gguf file = Gguf.open(Reference.file(GOLDENS + "stories260K-Q8_0.gguf"));
                WeightFile weights = file.weights(DType.F32)) {
            assertThat(weights.names()).containsExactlyInAnyOrderElementsOf(original.names());
            for (String name : original.names()) {
                StoredTensor ours = weights.get(name);
                assertThat(ours.shape()).as(name).isEqualTo(original.get(name).shape());
                float[] got = ours.data().toArray(FLOAT);
                float[] exact = original.get(name).data().toArray(FLOAT);
                for (int i = 0; i < got.length; i++) {
                    float largest = 0;
                    for (int j = i / 32 * 32; j < Math.min(got.length, i / 32 * 32 + 32); j++) {
                        largest = Math.max(largest, Math.abs(exact[j]));
                    }
                    double step = name.contains("norm") ? 0 : largest / 127;
                    assertThat((double) got[i]).as("%s[%d]", name, i).isCloseTo(exact[i], within(0.6 * step));
                }
            }
            JsonNode config = file.config(DType.F32);
            JsonNode theirs = Json.read(Reference.file("models/stories260K/hf/config.json"));
            for (String key : List.of(
                    "architectures",
                    "model_type",
                    "hidden_size",
                    "intermediate_size",
                    "num_hidden_layers",
                    "num_attention_heads",
                    "num_key_value_heads",
                    "vocab_size",
                    "max_position_embeddings",
                    "hidden_act",
                    "tie_word_embeddings",
                    "bos_token_id",
                    "torch_dtype")) {
                assertThat(config.path(key)).as(key).isEqualTo(theirs.path(key));
            }
            assertThat(config.path("rms_norm_eps").doubleValue()).isEqualTo(1e-5);
            assertThat(config.path("rope_theta").doubleValue()).isEqualTo(1e4);
        }
    }

    @Test
    void aRealModelIsRead() {
        try (Gguf file = Gguf.open(Reference.model("smollm2/smollm2.gguf"));
                WeightFile weights = file.weights(DType.BF16)) {
            JsonNode config = file.config(file.dtype());
            assertThat(config.path("torch_dtype").textValue()).isEqualTo("bfloat16");
            assertThat(config.path("hidden_size").intValue()).isEqualTo(576);
            assertThat(config.path("num_hidden_layers").intValue()).isEqualTo(30);
            assertThat(config.path("num_key_value_heads").intValue()).isEqualTo(3);
            assertThat(config.path("head_dim").intValue()).isEqualTo(64);
            assertThat(config.path("rope_theta").doubleValue()).isEqualTo(1e5);
            assertThat(config.path("rope_scaling").isNull()).isTrue();
            assertThat(config.path("vocab_size").intValue()).isEqualTo(49152);
            assertThat(config.path("tie_word_embeddings").booleanValue()).isTrue();
            long parameters = 0;
            for (String name : weights.names()) {
                StoredTensor tensor = weights.get(name);
                assertThat(tensor.dtype()).isEqualTo(DType.BF16);
                parameters += tensor.spec().elements();
            }
            assertThat(parameters).isEqualTo(134_515_008);
            GgufVocabulary vocabulary = file.vocabulary();
            assertThat(vocabulary.tokens()).hasSize(49152).startsWith("<|endoftext|>", "<|im_start|>", "<|im_end|>");
            assertThat(vocabulary.merges()).hasSize(48900).startsWith("Ġ t");
            assertThat(vocabulary.pre()).isEqualTo("smollm");
            assertThat(vocabulary.eos()).hasValue(2);
            assertThat(vocabulary.chatTemplate().orElseThrow()).startsWith("{% for message in messages %}");
        }
    }

    @Test
    void bf16IsTheFp32RoundedToTheNearestEven() {
        try (Gguf file = Gguf.open(Reference.file(GOLDENS + "rand64-Q4_1.gguf"))) {
            float[] exact = file.weights(DType.F32)
                    .get("model.layers.0.self_attn.q_proj.weight")
                    .data()
                    .toArray(FLOAT);
            short[] rounded = file.weights(DType.BF16)
                    .get("model.layers.0.self_attn.q_proj.weight")
                    .data()
                    .toArray(SHORT);
            short[] halves = file.weights(DType.F16)
                    .get("model.layers.0.self_attn.q_proj.weight")
                    .data()
                    .toArray(SHORT);
            for (int i = 0; i < exact.length; i++) {
                assertThat(rounded[i]).isEqualTo(nearestBf16(exact[i]));
                assertThat(halves[i]).isEqualTo(Float.floatToFloat16(exact[i]));
            }
        }
        Random random = new Random(5);
        for (int i = 0; i < 100_000; i++) {
            float value = Float.intBitsToFloat(random.nextInt() & (random.nextBoolean() ? -1 : 0xffff8000));
            if (Float.isFinite(value)) {
                assertThat(GgufConversion.bf16(value)).isEqualTo(nearestBf16(value));
            }
        }
        assertThat(GgufConversion.bf16(Float.POSITIVE_INFINITY)).isEqualTo((short) 0x7f80);
        assertThat(Float.intBitsToFloat(GgufConversion.bf16(Float.intBitsToFloat(0x7f800001)) << 16))
                .isNaN();
    }

    @Test
    void anyNumberOfThreadsDequantisesTheSame() {
        int large = 0;
        try (Gguf file = Gguf.open(Reference.file(GOLDENS + "rand256-Q4_K_S.gguf"))) {
            WeightFile weights = file.weights(DType.BF16);
            for (String name : weights.names()) {
                Torch.start(3);
                MemorySegment many = weights.get(name).data();
                Torch.start(1);
                assertThat(weights.get(name).data().mismatch(many)).as(name).isEqualTo(-1);
                large += weights.spec(name).elements() > 1 << 16 ? 1 : 0;
            }
        } finally {
            Torch.start(1);
        }
        assertThat(large).as("tensors worth more than one thread").isPositive();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 15, 16, 17, 1000})
    void manyNumbersAreRoundedAsEachAlone(int length) {
        Random random = new Random(length);
        float[] values = new float[length];
        for (int i = 0; i < length; i++) { // every fourth is infinite or not a number
            values[i] = Float.intBitsToFloat(random.nextInt() | (i % 4 == 3 ? 0x7f800000 : 0));
        }
        short[] rounded = new short[length];
        GgufConversion.bf16(values, rounded, length);
        for (int i = 0; i < length; i++) {
            assertThat(rounded[i]).isEqualTo(GgufConversion.bf16(values[i]));
        }
    }

    /** By comparing with both neighbours. */
    private static short nearestBf16(float value) {
        int down = Float.floatToRawIntBits(value) >>> 16;
        double toDown = Math.abs((double) value - Float.intBitsToFloat(down << 16));
        float above = Float.intBitsToFloat((down + 1) << 16);
        // Beyond the largest number stands infinity, which rounding treats as the next power of two.
        double up = Float.isInfinite(above) ? Math.copySign(Math.pow(2, 128), above) : above;
        double toUp = Math.abs((double) value - up);
        return (short) (toUp < toDown || (toUp == toDown && down % 2 != 0) ? down + 1 : down);
    }

    @Test
    void whatIsStoredAsAskedStaysMapped() {
        try (Gguf file = Gguf.open(Reference.file(GOLDENS + "rand64-F32.gguf"))) {
            SegmentAllocator none = (size, alignment) -> {
                throw new AssertionError("no memory is needed");
            };
            StoredTensor embedding = file.weights(DType.F32).get("model.embed_tokens.weight", none);
            assertThat(embedding.data().isMapped()).isTrue();
            MemorySegment destination = MemorySegment.ofArray(new float[64 * 64]);
            StoredTensor q = file.weights(DType.F32)
                    .get("model.layers.0.self_attn.q_proj.weight", SegmentAllocator.prefixAllocator(destination));
            assertThat(q.data().heapBase()).isEqualTo(destination.heapBase());
        }
    }

    @Test
    void missingTensorsAreNamed() {
        try (Gguf file = Gguf.open(Reference.file(GOLDENS + "rand64-Q5_0.gguf"));
                WeightFile weights = file.weights(DType.F32)) {
            assertThatThrownBy(() -> weights.get("model.layer.0.mlp.up_proj.weight"))
                    .isInstanceOf(UserError.class)
                    .hasMessageContaining("the nearest it has: model.layers.0.mlp.up_proj.weight");
        }
    }

    @Test
    void onlyLlamasAreTranslated() throws IOException {
        Path qwen = Files.write(
                folder.resolve("qwen.gguf"),
                new GgufBytes().key("general.architecture", "qwen2").bytes());
        try (Gguf file = Gguf.open(qwen)) {
            assertThatThrownBy(() -> file.weights(DType.F32))
                    .isInstanceOf(UserError.class)
                    .hasMessageContaining("its architecture is qwen2");
            assertThatThrownBy(file::vocabulary).hasMessageContaining("holds no tokenizer");
        }
    }
}
