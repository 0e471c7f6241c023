package dev.lathe.quant;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lathe.base.UserError;
import dev.lathe.model.file.TensorSpec;
import dev.lathe.tensor.DType;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Optional;

/**
 * GPTQ checkpoints of AutoGPTQ and GPTQModel: 2, 3, 4 or 8 bits packed along the inputs, in groups of inputs. The width is
 * what the shapes say.
 *
 * @param storedLess how much less than the zero point is stored: 1 in {@code gptq}, 0 in {@code gptq_v2}
 * @param only the width of all layers; 0 when config.json says that they differ
 * @param inputs of a group; -1 for all, 0 when config.json says that layers differ
 */
record GptqFormat(int storedLess, int only, int inputs) implements MatrixFormat {
    static GptqFormat of(JsonNode config, String origin) {
        String format =
                config.path("checkpoint_format").asText(config.path("format").asText("gptq"));
        boolean alike = config.path("dynamic").isEmpty();
        int bits = alike ? config.path("bits").asInt() : 0;
        int inputs = alike ? config.path("group_size").asInt() : 0;
        return switch (format) {
            case "gptq" -> new GptqFormat(1, bits, inputs);
            case "gptq_v2" -> new GptqFormat(0, bits, inputs);
            default ->
                throw new UserError(
                        "%s: its GPTQ layout %s cannot be read; gptq and gptq_v2 can. Take the model in one of those, or as it was before quantisation."
                                .formatted(origin, format));
        };
    }

    @Override
    public String name() {
        return "GPTQ";
    }

    @Override
    public boolean packs(LayerTensors layer) {
        return layer.has("qweight") || layer.has("qzeros");
    }

    @Override
    public PackedMatrix read(LayerTensors layer) {
        TensorSpec packed = layer.spec("qweight");
        long words = packed.shape().length == 2 ? packed.shape()[0] : 0;
        int bits = (int) (words * 32 / Math.max(1, layer.in()));
        boolean known = bits == 2 || bits == 3 || bits == 4 || bits == 8;
        if (!known || words * 32 != layer.in() * bits || only != 0 && bits != only) {
            throw layer.bad("qweight is of shape %s: that is not %s bits for %d inputs"
                    .formatted(
                            Arrays.toString(packed.shape()),
                            only == 0 ? "2, 3, 4 or 8" : Integer.toString(only),
                            layer.in()));
        }
        MemorySegment words32 = layer.bytes("qweight", DType.I32, words, layer.out());
        long groups = groups(layer);
        Numbers scales = layer.numbers("scales", groups, layer.out()).transposed(groups, layer.out());
        int groupSize = Math.toIntExact(inputs > 0 ? inputs : Math.ceilDiv(layer.in(), groups));
        return new GroupedMatrix(
                Gptq.codes(words32, bits, layer.out(), layer.in()),
                scales,
                Gptq.zeros(zeros(layer, bits, groups), bits, groups, layer.out(), storedLess),
                groupSize,
                (int) groups,
                order(layer, groupSize, groups));
    }

    private long groups(LayerTensors layer) {
        TensorSpec scales = layer.spec("scales");
        long groups = scales.shape().length == 2 ? scales.shape()[0] : 0;
        long expected = inputs > 0 ? Math.ceilDiv(layer.in(), inputs) : inputs < 0 ? 1 : groups;
        boolean told = inputs != 0 || layer.has("g_idx") || layer.in() % Math.max(1, groups) == 0;
        if (groups < 1 || groups > layer.in() || groups != expected || !told) {
            throw layer.bad("scales is of shape %s: that is no number of groups%s for %d inputs"
                    .formatted(Arrays.toString(scales.shape()), inputs > 0 ? " of " + inputs : "", layer.in()));
        }
        return groups;
    }

    private static MemorySegment zeros(LayerTensors layer, int bits, long groups) {
        return layer.bytes("qzeros", DType.I32, groups, Math.ceilDiv(layer.out() * bits, 32));
    }

    /** Empty where groups are columns one after the other, which most are. */
    private static Optional<int[]> order(LayerTensors layer, int groupSize, long groups) {
        if (!layer.has("g_idx")) {
            return Optional.empty();
        }
        return GroupOrder.read(layer, "g_idx", groupSize, groups);
    }
}
