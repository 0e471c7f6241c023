package dev.lathe.quant;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lathe.base.UserError;
import dev.lathe.model.file.TensorSpec;
import dev.lathe.tensor.DType;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** AWQ checkpoints in the GEMM layout: 4 bits, 8 outputs of one input a word, in groups of inputs. */
record AwqFormat() implements MatrixFormat {
    /** Which nibble of a word holds output 8c + k. */
    private static final int[] NIBBLE = {0, 4, 1, 5, 2, 6, 3, 7};

    static AwqFormat of(JsonNode config, String origin) {
        String version = config.path("version")
                .asText(config.path("format").asText("gemm"))
                .toLowerCase(Locale.ROOT);
        int bits = config.path("bits").asInt(config.path("w_bit").asInt(4));
        if (!version.equals("gemm") || bits != 4) {
            throw new UserError(
                    "%s: AWQ with %d bits in the layout %s cannot be read; 4 bits in the layout gemm can. Take the model so, or as it was before quantisation."
                            .formatted(origin, bits, version));
        }
        return new AwqFormat();
    }

    @Override
    public String name() {
        return "AWQ";
    }

    @Override
    public boolean packs(LayerTensors layer) {
        return layer.has("qweight") || layer.has("qzeros");
    }

    @Override
    public PackedMatrix read(LayerTensors layer) {
        long out = layer.out();
        long in = layer.in();
        if (out % 8 != 0) {
            throw layer.bad("AWQ packs 8 outputs a word, which does not divide %d".formatted(out));
        }
        MemorySegment words = layer.bytes("qweight", DType.I32, in, out / 8);
        TensorSpec scaleSpec = layer.spec("scales");
        long groups = scaleSpec.shape().length == 2 ? scaleSpec.shape()[0] : 0;
        if (groups < 1 || in % groups != 0) {
            throw layer.bad("scales is of shape %s: so many groups do not divide %d inputs"
                    .formatted(Arrays.toString(scaleSpec.shape()), in));
        }
        Numbers scales = layer.numbers("scales", groups, out).transposed(groups, out);
        MemorySegment zeroWords = layer.bytes("qzeros", DType.I32, groups, out / 8);
        BitRows codes = BitRows.empty(4, out, in);
        for (long i = 0; i < in; i++) {
            for (long o = 0; o < out; o++) {
                codes.set(o, i, nibble(words, i, o, out));
            }
        }
        byte[] zeros = new byte[Math.toIntExact(groups * out)];
        for (long g = 0; g < groups; g++) {
            for (long o = 0; o < out; o++) {
                zeros[(int) (o * groups + g)] = (byte) nibble(zeroWords, g, o, out);
            }
        }
        return new GroupedMatrix(codes, scales, zeros, (int) (in / groups), (int) groups, Optional.empty());
    }

    private static int nibble(MemorySegment words, long row, long output, long out) {
        int word = words.get(PackedBytes.INT, 4 * (row * (out / 8) + output / 8));
        return word >>> 4 * NIBBLE[(int) (output % 8)] & 15;
    }
}
