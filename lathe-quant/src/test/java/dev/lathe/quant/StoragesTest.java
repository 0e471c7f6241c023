package dev.lathe.quant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lathe.base.Json;
import dev.lathe.model.ConfigReader;
import dev.lathe.model.DecoderSpec;
import dev.lathe.model.ModelShape;
import dev.lathe.model.file.WeightFile;
import dev.lathe.tensor.DType;
import dev.lathe.tensor.Scope;
import dev.lathe.tensor.Tensors;
import dev.lathe.tensor.Torch;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each storage against the library it comes from (goldens/quant). */
class StoragesTest {
    @BeforeEach
    void start() {
        Torch.start(2);
    }

    @Test
    void int8IsBitsandbytes() {
        try (WeightFile golden = Goldens.tensors("bitsandbytes/llm_int8.safetensors")) {
            Numbers weight = new Numbers(golden.get("weight_fp16").data(), DType.F16);
            Int8Matrix made = (Int8Matrix) new Int8Quantizer().quantize(new Quantizer.Dense("w", weight, 48, 80));
            assertThat(made.codes().toArray(ValueLayout.JAVA_BYTE)).isEqualTo(Goldens.bytes(golden, "CB"));
            Goldens.assertEqual(Goldens.rows(made, 48), Goldens.floats(golden, "dequant_fp32"), "dequant");
        }
    }

    @Test
    void int8IsEetq() {
        try (WeightFile golden = Goldens.tensors("eetq/eetq.safetensors")) {
            Numbers weight = new Numbers(golden.get("weight_fp16").data(), DType.F16);
            EetqQuantizer quantizer = new EetqQuantizer();
            Int8Matrix made = (Int8Matrix) quantizer.quantize(new Quantizer.Dense("w", weight, 64, 128));
            assertThat(made.scales().data().mismatch(golden.get("weight_scales").data()))
                    .isEqualTo(-1);
            assertThat(quantizer
                            .write("w", made, DType.F16)
                            .getFirst()
                            .data()
                            .mismatch(golden.get("weight").data()))
                    .isEqualTo(-1);
            Goldens.assertEqual(Goldens.rows(made, 64), Goldens.floats(golden, "dequant"), "dequant");
            MemorySegment rows = EetqLayout.toRows(golden.get("weight").data(), 64, 128);
            assertThat(rows.mismatch(made.codes())).isEqualTo(-1);
        }
    }

    static Stream<JsonNode> hqq() {
        JsonNode entries = Goldens.json("hqq/matrices.json").path("entries");
        return IntStream.range(0, entries.size()).mapToObj(entries::path).filter(entry -> entry.path("nbits")
                .isInt());
    }

    @ParameterizedTest
    @MethodSource("hqq")
    void hqqReadsAndIsNoWorse(JsonNode entry) {
        String name = entry.path("name").asText();
        int bits = entry.path("nbits").asInt();
        int axis = entry.path("axis").asInt();
        try (WeightFile golden = Goldens.tensors("hqq/matrices.safetensors")) {
            HqqMatrix theirs = new HqqMatrix(
                    golden.get(name + ".W_q").data(),
                    HqqPacking.named(entry.path("packing").asText()).orElseThrow(),
                    new Numbers(golden.get(name + ".scale").data(), DType.F32),
                    new Numbers(golden.get(name + ".zero").data(), DType.F32),
                    axis,
                    64,
                    32,
                    128);
            if (golden.names().contains(name + ".dequant")) {
                Goldens.assertEqual(Goldens.rows(theirs, 32), Goldens.floats(golden, name + ".dequant"), name);
            }
            float[] weight = Goldens.floats(golden, "weight");
            PackedMatrix made =
                    new HqqQuantizer(bits, 64, axis).quantize(new Quantizer.Dense("w", Numbers.of(weight), 32, 128));
            float[] ours = Goldens.rows(made, 32);
            assertThat(error(ours, weight, 1))
                    .isLessThanOrEqualTo(1.02 * entry.path("mae").doubleValue());
            assertThat(error(ours, weight, 0.7))
                    .isLessThanOrEqualTo(1.02 * entry.path("l07").doubleValue());
        }
    }

    private static double error(float[] a, float[] b, double norm) {
        return IntStream.range(0, a.length)
                .mapToDouble(i -> Math.pow(Math.abs((double) a[i] - b[i]), norm))
                .average()
                .orElseThrow();
    }

    @ParameterizedTest
    @CsvSource({"1x16, 16, 32", "2x8, 24, 64", "1x8, 16, 64", "2x8_og2, 16, 32"})
    void codebooksAreAqlms(String name, int out, int in) {
        try (WeightFile golden = Goldens.tensors("aqlm/matrices.safetensors")) {
            PackedMatrix matrix = new AqlmFormat().read(new LayerTensors(golden, "golden", name, out, in));
            Goldens.assertEqual(Goldens.rows(matrix, out), Goldens.floats(golden, name + ".dequant"), name);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"w4.gidx.sym", "w4.gidx.asym", "w8.gidx.sym"})
    void groupsInAnotherOrderAreCompressedTensors(String name) {
        try (WeightFile golden = Goldens.tensors("compressed-tensors/extra.safetensors")) {
            PackedMatrix matrix = new PackedIntFormat().read(new LayerTensors(golden, "golden", name, 32, 64));
            Goldens.assertEqual(Goldens.rows(matrix, 32), Goldens.floats(golden, name + ".dequant"), name);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"sparse24", "bitmask"})
    void sparseMatricesAreCompressedTensors(String name) {
        try (WeightFile golden = Goldens.tensors("compressed-tensors/extra.safetensors")) {
            PackedMatrix matrix = new BitmaskFormat().read(new LayerTensors(golden, "golden", name, 32, 64));
            Goldens.assertEqual(Goldens.rows(matrix, 32), Goldens.floats(golden, name + ".dense"), name);
        }
    }

    /** Tiles that do not divide the matrix, with libtorch's own float8 numbers. */
    @ParameterizedTest
    @CsvSource({"F8_E4M3, 3, 5", "F8_E5M2, 4, 4", "F8_E4M3, 7, 10"})
    void tilesOfFloat8AreScaled(DType type, int tileRows, int tileColumns) {
        int out = 7;
        int in = 10;
        Random random = new Random(tileRows);
        byte[] bytes = new byte[out * in];
        random.nextBytes(bytes);
        MemorySegment codes = PackedBytes.copyOf(MemorySegment.ofArray(bytes));
        int across = Math.ceilDiv(in, tileColumns);
        float[] scales = new float[Math.ceilDiv(out, tileRows) * across];
        for (int i = 0; i < scales.length; i++) {
            scales[i] = random.nextFloat();
        }
        MapFile file = new MapFile()
                .put("w.weight", type, codes, out, in)
                .put("w.weight_scale_inv", DType.F32, Numbers.of(scales).data(), Math.ceilDiv(out, tileRows), across);
        JsonNode tile = Json.parse("[%d,%d]".formatted(tileRows, tileColumns), "tile");
        float[] rows = Goldens.rows(Float8Format.of(tile).read(new LayerTensors(file, "file", "w", out, in)), out);
        try (Scope scope = Scope.open()) {
            float[] plain = Tensors.view(codes, type, out, in).toFloats();
            for (int i = 0; i < rows.length; i++) {
                Float expected = plain[i] * scales[i / in / tileRows * across + i % in / tileColumns];
                assertThat((Float) rows[i]).isEqualTo(expected);
            }
        }
    }

    /** gpt-oss's experts: each matrix of the stack is the turned one that its blocks stand for. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void expertsInMxfp4AreTurnedMatrices(long seed) {
        String config = """
                {"model_type": "gpt_oss", "vocab_size": 16, "hidden_size": 64, "intermediate_size": 32,
                 "num_hidden_layers": 1, "num_attention_heads": 2, "num_key_value_heads": 1, "head_dim": 16,
                 "num_local_experts": 3, "num_experts_per_tok": 2, "max_position_embeddings": 64}
                """;
        DecoderSpec spec = ConfigReader.read((ObjectNode) Json.parse(config, "config"), "config");
        Random random = new Random(seed);
        byte[] blocks = new byte[3 * 64 * 2 * 16]; // [experts, 2 · intermediate, hidden / 32, 16]
        byte[] exponents = new byte[3 * 64 * 2];
        random.nextBytes(blocks);
        for (int i = 0; i < exponents.length; i++) {
            exponents[i] = (byte) (124 + random.nextInt(6));
        }
        String name = "model.layers.0.mlp.experts.gate_up_proj";
        MapFile file = new MapFile()
                .put(name + "_blocks", DType.U8, PackedBytes.copyOf(MemorySegment.ofArray(blocks)), 3, 64, 2, 16)
                .put(name + "_scales", DType.U8, PackedBytes.copyOf(MemorySegment.ofArray(exponents)), 3, 64, 2);
        for (DType dtype : new DType[] {DType.F32, DType.BF16}) {
            try (Unpacker unpacker = new Unpacker()) {
                DequantizedFile dense =
                        new DequantizedFile(file, "file", ModelShape.of(spec), new Mxfp4Format(), dtype, unpacker);
                assertThat(dense.spec(name).shape()).containsExactly(3, 64, 64);
                float[] numbers = Goldens.floats(dense, name);
                for (int e = 0; e < 3; e++) {
                    Mxfp4Matrix expert = new Mxfp4Matrix(
                            MemorySegment.ofArray(blocks).asSlice(e * 2048L, 2048),
                            MemorySegment.ofArray(exponents).asSlice(e * 128L, 128),
                            64,
                            64);
                    float[] rows = Goldens.rows(expert, 64);
                    for (int o = 0; o < 64; o++) {
                        for (int i = 0; i < 64; i++) {
                            assertThat((Float) numbers[(e * 64 + i) * 64 + o]).isEqualTo((Float) rows[o * 64 + i]);
                        }
                    }
                }
                MapFile cut = new MapFile().put(file.get(name + "_blocks"));
                assertThatThrownBy(() -> new DequantizedFile(
                                cut, "file", ModelShape.of(spec), new Mxfp4Format(), dtype, unpacker))
                        .hasMessageContaining("its _scales is missing");
            }
        }
    }

    /** The same numbers as GGUF's MXFP4 golden, in gpt-oss's order: pairs side by side instead of half a block apart. */
    @Test
    void mxfp4IsGguf() {
        try (WeightFile golden = Goldens.tensors("gguf/random_blocks.safetensors")) {
            byte[] stored = Goldens.bytes(golden, "MXFP4.bytes");
            byte[] exponents = new byte[4];
            byte[] blocks = new byte[4 * 16];
            for (int b = 0; b < 4; b++) {
                exponents[b] = stored[17 * b];
                for (int i = 0; i < 32; i++) {
                    int nibble = stored[17 * b + 1 + i % 16] >> 4 * (i / 16) & 15;
                    blocks[16 * b + i / 2] |= (byte) (nibble << 4 * (i % 2));
                }
            }
            MapFile file = new MapFile()
                    .put("w_blocks", DType.U8, MemorySegment.ofArray(blocks), 4, 1, 16)
                    .put("w_scales", DType.U8, MemorySegment.ofArray(exponents), 4, 1);
            PackedMatrix matrix = new Mxfp4Format().read(new LayerTensors(file, "file", "w", 4, 32));
            Goldens.assertEqual(Goldens.rows(matrix, 4), Goldens.floats(golden, "MXFP4.float"), "MXFP4");
        }
    }
}
