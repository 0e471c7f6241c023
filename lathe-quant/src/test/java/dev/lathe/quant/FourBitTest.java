package dev.lathe.quant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lathe.base.Json;
import dev.lathe.base.Reference;
import dev.lathe.model.file.WeightFile;
import dev.lathe.tensor.DType;
import dev.lathe.tensor.Scope;
import dev.lathe.tensor.Tensor;
import dev.lathe.tensor.Tensors;
import dev.lathe.tensor.Torch;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Against bitsandbytes 0.50.2 (goldens/quant/bitsandbytes). */
class FourBitTest {
    @BeforeEach
    void start() {
        Torch.start(2);
    }

    @Test
    void tablesAreBitsandbytes() {
        JsonNode books = Json.read(Reference.file("reference/quant_codebooks.json"));
        assertBits(FourBitTable.NF4.values(), books.path("nf4").path("v"));
        assertBits(FourBitTable.FP4.values(), books.path("fp4").path("v"));
        assertBits(DynamicMap.signed(), books.path("dynamic_signed").path("v"));
    }

    /** Zero's sign is left out: JSON has none. */
    private static void assertBits(float[] actual, JsonNode expected) {
        assertThat(actual.length).isEqualTo(expected.size());
        for (int i = 0; i < actual.length; i++) {
            assertThat(actual[i] + 0f).isEqualTo((float) expected.path(i).doubleValue() + 0f);
        }
    }

    static Stream<JsonNode> entries() {
        return Stream.of("bitsandbytes/four_bit.json").flatMap(file -> Stream.iterate(0, i -> i + 1)
                .limit(Goldens.json(file).path("entries").size())
                .map(i -> Goldens.json(file).path("entries").path(i)));
    }

    @ParameterizedTest
    @MethodSource("entries")
    void bytesAreTheGoldenOnes(JsonNode entry) {
        String name = entry.path("name").asText();
        boolean nested = entry.path("nested").asBoolean();
        FourBitQuantizer quantizer = quantizer(
                entry.path("quant_type").asText(), entry.path("blocksize").asInt(), nested);
        try (WeightFile source = Goldens.tensors("bitsandbytes/four_bit_source.safetensors");
                WeightFile golden = Goldens.tensors("bitsandbytes/four_bit.safetensors")) {
            Numbers weight = new Numbers(source.get("weight_fp32").data(), DType.F32);
            FourBitMatrix made = (FourBitMatrix) quantizer.quantize(new Quantizer.Dense(name, weight, 128, 136));
            assertPacked(made, Goldens.bytes(golden, name + ".packed"));
            float[] magnitudes = new float[128 * 136 / made.block()];
            made.magnitudes().read(0, magnitudes);
            if (nested) {
                assertNested(made, golden, name, entry.path("nested_offset").floatValue());
            } else {
                assertThat(magnitudes).isEqualTo(Goldens.floats(golden, name + ".absmax"));
            }
            if (golden.names().contains(name + ".dequant") && !nested) {
                Goldens.assertEqual(Goldens.rows(made, 128), Goldens.floats(golden, name + ".dequant"), name);
            }
        }
    }

    private static FourBitQuantizer quantizer(String type, int block, boolean nested) {
        return new FourBitQuantizer(type.equals("nf4") ? FourBitTable.NF4 : FourBitTable.FP4, block, nested);
    }

    /** FP4's codes 0 and 8 are both zero, and the library's kernels do not agree which to take. */
    private static void assertPacked(FourBitMatrix made, byte[] golden) {
        byte[] bytes = made.packed().toArray(ValueLayout.JAVA_BYTE);
        assertThat(bytes.length).isEqualTo(golden.length);
        boolean twoZeros = made.table().name().equals("fp4");
        for (int i = 0; i < bytes.length; i++) {
            for (int shift = 0; shift < 8; shift += 4) {
                int ours = bytes[i] >> shift & 15;
                int theirs = golden[i] >> shift & 15;
                boolean bothZero = twoZeros && ours % 8 == 0 && theirs % 8 == 0;
                assertThat(bothZero ? theirs : ours).as("byte " + i).isEqualTo(theirs);
            }
        }
    }

    /** The library's own kernel takes an index beside the nearest here and there. */
    private static void assertNested(FourBitMatrix made, WeightFile golden, String name, float offset) {
        Magnitudes.Nested ours = (Magnitudes.Nested) made.magnitudes();
        assertThat(ours.mean()).isCloseTo(offset, within(1e-7f));
        Goldens.assertEqual(ours.largest().toFloats(), Goldens.floats(golden, name + ".nested_absmax"), name);
        byte[] codes = ours.codes().toArray(ValueLayout.JAVA_BYTE);
        byte[] theirs = Goldens.bytes(golden, name + ".absmax");
        int different = 0;
        for (int i = 0; i < codes.length; i++) {
            assertThat(codes[i] & 255).isCloseTo(theirs[i] & 255, within(1));
            different += codes[i] == theirs[i] ? 0 : 1;
        }
        assertThat(different).isLessThanOrEqualTo(codes.length / 100);
    }

    @ParameterizedTest
    @CsvSource({"nf4", "fp4"})
    void weightsInBf16AreRoundedFirst(String type) {
        try (Scope scope = Scope.open();
                WeightFile source = Goldens.tensors("bitsandbytes/four_bit_source.safetensors");
                WeightFile golden = Goldens.tensors("bitsandbytes/four_bit.safetensors")) {
            Tensor rounded = Tensors.view(source.get("weight_fp32").data(), DType.F32, 128, 136)
                    .to(DType.BF16);
            FourBitMatrix made = (FourBitMatrix) quantizer(type, 64, false)
                    .quantize(new Quantizer.Dense(type, new Numbers(rounded.data(), DType.BF16), 128, 136));
            assertPacked(made, Goldens.bytes(golden, type + ".b64.from_bf16.packed"));
            assertThat(((Magnitudes.Plain) made.magnitudes()).numbers().toFloats())
                    .isEqualTo(Goldens.floats(golden, type + ".b64.from_bf16.absmax"));
        }
    }

    @Test
    void storageIsSmall() {
        Numbers weight = Numbers.of(new float[512 * 512]);
        PackedMatrix nested = quantizer("nf4", 64, true).quantize(new Quantizer.Dense("w", weight, 512, 512));
        assertThat(8.0 * nested.bytes() / (512 * 512)).isLessThan(4.13);
    }

    /** PEFT over bitsandbytes' Linear4bit (goldens/quant/qlora): the layer, its input's gradient, and both factors'. */
    @Test
    void qloraIsPefts() {
        try (Scope scope = Scope.open();
                WeightFile golden = Goldens.tensors("qlora/qlora.safetensors");
                Unpacker unpacker = new Unpacker()) {
            FourBitMatrix made = (FourBitMatrix) quantizer("nf4", 64, true)
                    .quantize(new Quantizer.Dense(
                            "w", new Numbers(golden.get("weight").data(), DType.F32), 64, 128));
            assertPacked(made, Goldens.bytes(golden, "packed"));
            QuantizedWeight weight = new QuantizedWeight(List.of(made), 128, unpacker);
            Tensor x = tensor(golden, "x", 12, 128);
            Tensor dy = tensor(golden, "grad_y", 12, 64);
            Tensor a = tensor(golden, "lora_A", 8, 128);
            Tensor b = tensor(golden, "lora_B", 64, 8);
            Tensor y = weight.times(x)
                    .plus(tensor(golden, "bias", 64))
                    .plus(x.matmul(a.transpose(0, 1)).matmul(b.transpose(0, 1)).times(2));
            assertClose(y, Goldens.floats(golden, "y"), 2e-5);
            Tensor dx = weight.timesTransposed(dy).plus(dy.matmul(b).matmul(a).times(2));
            assertClose(dx, Goldens.floats(golden, "grad_x"), 2e-5);
        }
    }

    private static Tensor tensor(WeightFile file, String name, long... shape) {
        return Tensors.view(file.get(name).data(), DType.F32, shape);
    }

    private static void assertClose(Tensor actual, float[] expected, double tolerance) {
        float[] values = actual.toFloats();
        for (int i = 0; i < expected.length; i++) {
            assertThat((double) values[i]).isCloseTo(expected[i], within(tolerance));
        }
    }
}
