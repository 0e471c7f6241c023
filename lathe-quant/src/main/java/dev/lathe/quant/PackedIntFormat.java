package dev.lathe.quant;

import dev.lathe.model.file.TensorSpec;
import dev.lathe.tensor.DType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Optional;

/**
 * Whole numbers of compressed-tensors: {@code pack-quantized} (a few bits packed along the inputs) and {@code int-quantized}
 * (a byte each), in groups of inputs or a row at a time. How many bits is what the shapes say.
 */
record PackedIntFormat() implements MatrixFormat {
    @Override
    public String name() {
        return "compressed-tensors";
    }

    @Override
    public boolean packs(LayerTensors layer) {
        return layer.has("weight_packed")
                || layer.has("weight") && layer.spec("weight").dtype() == DType.I8
                || layer.has("weight_shape");
    }

    @Override
    public PackedMatrix read(LayerTensors layer) {
        BitRows codes = layer.has("weight") ? bytes(layer) : packed(layer);
        TensorSpec scaleSpec = layer.spec("weight_scale");
        long[] shape = scaleSpec.shape();
        boolean single = shape.length == 1 && shape[0] == 1;
        long groups = shape.length == 2 ? shape[1] : 1;
        if (groups < 1 || layer.in() % groups != 0 || !single && (shape.length != 2 || shape[0] != layer.out())) {
            throw layer.bad("weight_scale of shape %s does not divide a matrix of %d x %d into groups"
                    .formatted(Arrays.toString(shape), layer.out(), layer.in()));
        }
        Numbers scales = layer.numbers("weight_scale", shape);
        int groupSize = Math.toIntExact(layer.in() / groups);
        return new GroupedMatrix(
                codes,
                single ? repeated(scales, layer.out()) : scales,
                zeros(layer, codes.bits(), groups),
                groupSize,
                (int) groups,
                layer.has("weight_g_idx")
                        ? GroupOrder.read(layer, "weight_g_idx", groupSize, groups)
                        : Optional.empty());
    }

    private static BitRows packed(LayerTensors layer) {
        TensorSpec spec = layer.spec("weight_packed");
        MemorySegment shape = layer.bytes("weight_shape", DType.I64, 2);
        if (shape.get(PackedBytes.LONG, 0) != layer.out() || shape.get(PackedBytes.LONG, 8) != layer.in()) {
            throw layer.bad("its weight_shape is %d x %d, but config.json makes it %d x %d"
                    .formatted(
                            shape.get(PackedBytes.LONG, 0), shape.get(PackedBytes.LONG, 8), layer.out(), layer.in()));
        }
        long words = spec.shape().length == 2 ? spec.shape()[1] : 0;
        int bits = (int) (words * 32 / Math.max(1, layer.in()));
        if (bits < 1 || bits > 8 || Math.ceilDiv(layer.in() * bits, 32) != words) {
            throw layer.bad("weight_packed of shape %s is no whole number of bits, 1 to 8, for %d inputs"
                    .formatted(Arrays.toString(spec.shape()), layer.in()));
        }
        return new BitRows(layer.bytes("weight_packed", DType.I32, layer.out(), words), bits, layer.out(), layer.in());
    }

    /** Signed bytes, made unsigned as packed numbers are. */
    private static BitRows bytes(LayerTensors layer) {
        MemorySegment stored = layer.bytes("weight", DType.I8, layer.out(), layer.in());
        if (layer.in() % Integer.BYTES != 0) {
            throw layer.bad("%d inputs are no whole number of words".formatted(layer.in()));
        }
        MemorySegment codes = PackedBytes.allocate(stored.byteSize());
        for (long i = 0; i < stored.byteSize(); i++) {
            codes.set(ValueLayout.JAVA_BYTE, i, (byte) (stored.get(ValueLayout.JAVA_BYTE, i) ^ 0x80));
        }
        return new BitRows(codes, 8, layer.out(), layer.in());
    }

    /** Both codes and zero points are stored that much larger than they are, so the difference is right. */
    private static byte[] zeros(LayerTensors layer, int bits, long groups) {
        int offset = 1 << bits - 1;
        if (!layer.has("weight_zero_point")) {
            return new byte[] {(byte) offset};
        }
        byte[] zeros = new byte[Math.toIntExact(layer.out() * groups)];
        if (layer.spec("weight_zero_point").dtype() == DType.I8) {
            MemorySegment stored = layer.bytes("weight_zero_point", DType.I8, layer.out(), groups);
            for (int i = 0; i < zeros.length; i++) {
                zeros[i] = (byte) (stored.get(ValueLayout.JAVA_BYTE, i) + offset);
            }
            return zeros;
        }
        // Packed along the outputs: a column's words one after the other are a bit stream.
        long words = Math.ceilDiv(layer.out() * bits, 32);
        MemorySegment stored = layer.bytes("weight_zero_point", DType.I32, words, groups);
        MemorySegment turned = PackedBytes.allocate(stored.byteSize());
        for (long w = 0; w < words; w++) {
            for (long g = 0; g < groups; g++) {
                turned.set(PackedBytes.INT, 4 * (g * words + w), stored.get(PackedBytes.INT, 4 * (w * groups + g)));
            }
        }
        BitRows columns = new BitRows(turned, bits, groups, layer.out());
        for (int o = 0; o < layer.out(); o++) {
            for (int g = 0; g < groups; g++) {
                zeros[(int) (o * groups + g)] = (byte) columns.get(g, o);
            }
        }
        return zeros;
    }

    private static Numbers repeated(Numbers single, long count) {
        float[] all = new float[Math.toIntExact(count)];
        Arrays.fill(all, single.get(0));
        return Numbers.of(all);
    }
}
