package dev.lathe.quant;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lathe.base.Json;
import dev.lathe.model.file.StoredTensor;
import dev.lathe.tensor.DType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * Checkpoints that transformers wrote with bitsandbytes: 4 bits (NF4, FP4) or LLM.int8.
 *
 * @param outliers LLM.int8's threshold: {@link MatrixFormat#outliers}
 */
record BitsAndBytesFormat(OptionalDouble outliers) implements MatrixFormat {
    private static final String STATE = "weight.quant_state.bitsandbytes__";
    private static final Set<String> KNOWN =
            Set.of("quant_type", "blocksize", "dtype", "shape", "nested_blocksize", "nested_dtype", "nested_offset");

    static BitsAndBytesFormat of(JsonNode config) {
        double threshold = config.path("llm_int8_threshold").asDouble(Int8Product.USUAL_THRESHOLD);
        return new BitsAndBytesFormat(OptionalDouble.of(threshold));
    }

    @Override
    public String name() {
        return "bitsandbytes";
    }

    @Override
    public boolean packs(LayerTensors layer) {
        return layer.has("weight.absmax")
                || layer.has("SCB")
                || layer.has("weight") && !Numbers.holds(layer.spec("weight").dtype());
    }

    @Override
    public PackedMatrix read(LayerTensors layer) {
        boolean bytes = layer.spec("weight").dtype() == DType.I8 && !layer.has("weight.absmax");
        return bytes ? int8(layer) : fourBit(layer);
    }

    /** What is stored is the largest magnitude, which 127 stands for. */
    private static PackedMatrix int8(LayerTensors layer) {
        MemorySegment codes = layer.bytes("weight", DType.I8, layer.out(), layer.in());
        MemorySegment largest = layer.bytes("SCB", DType.F32, layer.out());
        if (layer.has("weight_format") && layer.bytes("weight_format", DType.U8).get(ValueLayout.JAVA_BYTE, 0) != 0) {
            throw layer.bad("its weight_format is not 0 (rows one after the other), which only GPUs of old could read");
        }
        float[] scales = new float[(int) layer.out()];
        for (int i = 0; i < scales.length; i++) {
            scales[i] = largest.get(PackedBytes.FLOAT, 4L * i) / 127;
        }
        return new Int8Matrix(codes, Numbers.of(scales), layer.out(), layer.in());
    }

    private static PackedMatrix fourBit(LayerTensors layer) {
        String type = layer.has(STATE + "fp4") ? "fp4" : "nf4";
        JsonNode state = state(layer, type);
        long count = Math.multiplyExact(layer.out(), layer.in());
        StoredTensor packed = layer.tensor("weight"); // its type is that of the storage, and means nothing
        if (packed.data().byteSize() != (count + 1) / 2) {
            throw layer.bad("its weight has %,d bytes where %,d numbers of 4 bits need %,d"
                    .formatted(packed.data().byteSize(), count, (count + 1) / 2));
        }
        int block = state.path("blocksize").asInt();
        if (block < 32 || block > 4096 || Integer.bitCount(block) != 1) {
            throw layer.bad("a blocksize of %s is none of 32, 64, ..., 4096".formatted(state.path("blocksize")));
        }
        FourBitTable table =
                new FourBitTable(type, layer.numbers("weight.quant_map", 16).toFloats());
        return new FourBitMatrix(
                packed.data(),
                table,
                magnitudes(layer, state, Math.ceilDiv(count, block)),
                block,
                layer.out(),
                layer.in());
    }

    private static Magnitudes magnitudes(LayerTensors layer, JsonNode state, long blocks) {
        if (layer.spec("weight.absmax").dtype() != DType.U8) {
            return new Magnitudes.Plain(layer.numbers("weight.absmax", blocks));
        }
        if (state.path("nested_blocksize").asInt() != Magnitudes.Nested.BLOCK) {
            throw layer.bad("its scales are quantised in blocks of %s; bitsandbytes makes them of 256"
                    .formatted(state.path("nested_blocksize")));
        }
        return new Magnitudes.Nested(
                layer.bytes("weight.absmax", DType.U8, blocks),
                layer.numbers("weight.nested_quant_map", 256).toFloats(),
                layer.numbers("weight.nested_absmax", Math.ceilDiv(blocks, Magnitudes.Nested.BLOCK)),
                state.path("nested_offset").floatValue());
    }

    /** The JSON that stands in a tensor of bytes. */
    private static JsonNode state(LayerTensors layer, String type) {
        byte[] text = layer.tensor(STATE + type).data().toArray(ValueLayout.JAVA_BYTE);
        JsonNode state = Json.parse(
                new String(text, StandardCharsets.UTF_8), layer.origin() + ": " + layer.name() + "." + STATE + type);
        state.fieldNames().forEachRemaining(key -> {
            if (!KNOWN.contains(key)) {
                throw layer.bad(
                        "its quant_state has a key %s, which bitsandbytes 0.50 does not know: the format is newer than this version of Lathe"
                                .formatted(key));
            }
        });
        JsonNode shape = state.path("shape");
        if (shape.size() != 2
                || shape.path(0).asLong() != layer.out()
                || shape.path(1).asLong() != layer.in()) {
            throw layer.bad("its quant_state is of shape %s, but config.json makes it %d x %d"
                    .formatted(shape, layer.out(), layer.in()));
        }
        return state;
    }
}
