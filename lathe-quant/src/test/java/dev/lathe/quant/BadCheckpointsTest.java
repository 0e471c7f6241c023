package dev.lathe.quant;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lathe.base.Json;
import dev.lathe.base.UserError;
import dev.lathe.tensor.DType;
import dev.lathe.tensor.Torch;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Checkpoints that are cut off, incomplete, contradictory or newer: each a clear error, before anything is computed. */
class BadCheckpointsTest {
    @BeforeEach
    void start() {
        Torch.start(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"quant_method\":\"quip\"} | quantised with quip, which cannot be read; these can: bitsandbytes, gptq",
                "{} | a method it does not name",
                "{\"quant_method\":\"gptq\",\"checkpoint_format\":\"marlin\"} | its GPTQ layout marlin cannot be read",
                "{\"quant_method\":\"awq\",\"version\":\"gemv\",\"bits\":4} | in the layout gemv cannot be read",
                "{\"quant_method\":\"awq\",\"version\":\"gemm\",\"bits\":3} | AWQ with 3 bits",
                "{\"quant_method\":\"compressed-tensors\",\"format\":\"nvfp4-pack-quantized\"} | newer than this version",
                "{\"quant_method\":\"compressed-tensors\",\"format\":\"marlin-24\"} | format marlin-24 cannot be read",
                "{\"quant_method\":\"compressed-tensors\",\"transform_config\":{\"a\":1}} | transform_config turns"
            })
    void unknownMethodsAreNamed(String config, String message) {
        JsonNode node = Json.parse(config, "config");
        refused(() -> CheckpointFormats.of(node, "some/model"), message);
        refused(() -> CheckpointFormats.of(node, "some/model"), "some/model");
    }

    @Test
    void missingScalesAreNamed() {
        read(
                BitsAndBytesFormat.of(Json.object()),
                new MapFile().put("w.weight", DType.U8, bytes(64), 64, 1),
                "its weight.quant_state");
        read(
                BitsAndBytesFormat.of(Json.object()),
                new MapFile().put("w.weight", DType.I8, bytes(128), 8, 16),
                "its SCB is missing");
        read(gptq(), gptqLayer().without("w.scales"), "its scales is missing");
        read(gptq(), gptqLayer().without("w.qzeros"), "its qzeros is missing");
        read(new AwqFormat(), awqLayer().without("w.scales"), "its scales is missing");
        read(
                new EetqFormat(),
                new MapFile().put("w.weight", DType.I8, bytes(4096), 64, 64),
                64,
                64,
                "its weight_scales is missing");
        read(new HqqFormat(), new MapFile().put("w.W_q", DType.U8, bytes(64), 64), "its packing is missing");
        read(new AqlmFormat(), new MapFile().put("w.codes", DType.I8, bytes(16), 8, 2, 1), "its codebooks is missing");
        read(
                new Float8Format(0, 0),
                new MapFile().put("w.weight", DType.F8_E4M3, bytes(128), 8, 16),
                "its weight_scale is missing");
        read(
                new PackedIntFormat(),
                new MapFile().put("w.weight", DType.I8, bytes(128), 8, 16),
                "its weight_scale is missing");
    }

    @Test
    void truncatedTensorsAreNamed() {
        read(gptq(), gptqLayer().put("w.qweight", DType.I32, bytes(32), 1, 8), "that is not 4 bits for 16 inputs");
        read(gptq(), gptqLayer().put("w.qzeros", DType.I32, bytes(4), 1, 1), "qzeros is I32[1, 1]");
        read(new AwqFormat(), awqLayer().put("w.qweight", DType.I32, bytes(60), 15, 1), "qweight is I32[15, 1]");
        read(
                new Float8Format(0, 0),
                new MapFile()
                        .put("w.weight", DType.F8_E4M3, bytes(64), 4, 16)
                        .put("w.weight_scale", DType.F32, bytes(4), 1),
                "weight is F8_E4M3[4, 16]");
        read(BitsAndBytesFormat.of(Json.object()), fourBit("", 63), "has 63 bytes where 128 numbers of 4 bits need 64");
    }

    @Test
    void groupsThatDoNotDivideAreNamed() {
        read(new AwqFormat(), awqLayer().put("w.scales", DType.F16, bytes(48), 3, 8), "do not divide 16 inputs");
        read(gptq(), gptqLayer().put("w.scales", DType.F16, bytes(0), 0, 8), "no number of groups of 8 for 16 inputs");
        read(
                new PackedIntFormat(),
                new MapFile()
                        .put("w.weight", DType.I8, bytes(128), 8, 16)
                        .put("w.weight_scale", DType.F16, bytes(48), 8, 3),
                "does not divide a matrix of 8 x 16");
        read(
                new Float8Format(3, 3),
                new MapFile()
                        .put("w.weight", DType.F8_E4M3, bytes(128), 8, 16)
                        .put("w.weight_scale_inv", DType.F32, bytes(16), 2, 2),
                "neither one, nor one a row, nor one for each tile");
        MapFile three = gptqLayer().put("w.scales", DType.F16, bytes(48), 3, 8);
        read(new GptqFormat(1, 4, 0), three, "no number of groups for 16 inputs");
        read(gptq(), three, "no number of groups of 8 for 16 inputs");
        MapFile far = gptqLayer();
        MemorySegment order = bytes(64);
        order.set(PackedBytes.INT, 8, 7);
        read(gptq(), far.put("w.g_idx", DType.I32, order, 16), "puts column 2 into group 7 of 2");
    }

    @Test
    void newerStatesAreNamed() {
        read(BitsAndBytesFormat.of(Json.object()), fourBit(", \"rotation\": 1", 64), "a key rotation");
        read(BitsAndBytesFormat.of(Json.object()), fourBit("", 64, "\"blocksize\": 48"), "a blocksize of 48");
        read(
                BitsAndBytesFormat.of(Json.object()),
                fourBit("", 64, "\"blocksize\": 64, \"shape\": [8, 17]"),
                "config.json makes it 8 x 16");
    }

    private static MatrixFormat gptq() {
        return new GptqFormat(1, 4, 8);
    }

    /** [8, 16] in 4 bits, 2 groups. */
    private static MapFile gptqLayer() {
        return new MapFile()
                .put("w.qweight", DType.I32, bytes(64), 2, 8)
                .put("w.qzeros", DType.I32, bytes(8), 2, 1)
                .put("w.scales", DType.F16, bytes(32), 2, 8);
    }

    private static MapFile awqLayer() {
        return new MapFile()
                .put("w.qweight", DType.I32, bytes(64), 16, 1)
                .put("w.qzeros", DType.I32, bytes(8), 2, 1)
                .put("w.scales", DType.F16, bytes(32), 2, 8);
    }

    private static MapFile fourBit(String more, int bytes) {
        return fourBit(more, bytes, "\"blocksize\": 64, \"shape\": [8, 16]");
    }

    private static MapFile fourBit(String more, int bytes, String state) {
        String text = state.contains("shape") ? state : state + ", \"shape\": [8, 16]";
        byte[] json = ("{\"quant_type\": \"nf4\", \"dtype\": \"bfloat16\", " + text + more + "}")
                .getBytes(StandardCharsets.UTF_8);
        return new MapFile()
                .put("w.weight", DType.U8, bytes(bytes), bytes, 1)
                .put("w.weight.absmax", DType.F32, bytes(8), 2)
                .put("w.weight.quant_map", DType.F32, bytes(64), 16)
                .put("w.weight.quant_state.bitsandbytes__nf4", DType.U8, MemorySegment.ofArray(json), json.length);
    }

    private static MemorySegment bytes(int count) {
        return Arena.ofAuto().allocate(count);
    }

    private static void read(MatrixFormat format, MapFile file, String message) {
        read(format, file, 8, 16, message);
    }

    private static void read(MatrixFormat format, MapFile file, long out, long in, String message) {
        LayerTensors layer = new LayerTensors(file, "some/model", "w", out, in);
        refused(() -> format.read(layer), message);
        refused(() -> format.read(layer), "some/model: layer w: ");
    }

    private static void refused(ThrowingCallable reading, String message) {
        assertThatThrownBy(reading).isInstanceOf(UserError.class).hasMessageContaining(message);
    }
}
