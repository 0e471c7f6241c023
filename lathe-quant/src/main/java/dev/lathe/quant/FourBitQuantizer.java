package dev.lathe.quant;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lathe.model.file.StoredTensor;
import dev.lathe.tensor.DType;
import dev.lathe.tensor.Torch;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * bitsandbytes' 4 bits: blocks of {@code block} numbers, each divided by the largest magnitude and replaced by the nearest
 * number of a table (Dettmers et al. 2023, arXiv:2305.14314).
 *
 * @param nested whether the magnitudes are quantised too: 4.13 bits a weight instead of 4.5
 */
record FourBitQuantizer(FourBitTable table, int block, boolean nested) implements Quantizer {
    /** Blocks that a worker packs at a time. */
    private static final int PART = 512;

    @Override
    public String name() {
        return "bitsandbytes";
    }

    @Override
    public PackedMatrix quantize(Dense matrix) {
        long count = matrix.count();
        int blocks = Math.toIntExact(Math.ceilDiv(count, block));
        MemorySegment packed = PackedBytes.allocate((count + 1) / 2);
        float[] magnitudes = new float[blocks];
        Torch.workers().run(Math.ceilDiv(blocks, PART), part -> {
            float[] numbers = new float[block];
            for (int b = part * PART; b < Math.min(blocks, (part + 1) * PART); b++) {
                long first = (long) b * block;
                int length = (int) Math.min(block, count - first);
                matrix.numbers().read(first, length, numbers);
                magnitudes[b] = pack(numbers, length, packed, first / 2);
            }
        });
        return new FourBitMatrix(
                packed,
                table,
                nested ? nested(magnitudes) : new Magnitudes.Plain(Numbers.of(magnitudes)),
                block,
                matrix.out(),
                matrix.in());
    }

    /** Packs a block and says its largest magnitude; an odd number at the end is followed by a zero. */
    private float pack(float[] numbers, int length, MemorySegment packed, long at) {
        float largest = 0;
        for (int i = 0; i < length; i++) {
            largest = Math.max(largest, Math.abs(numbers[i]));
        }
        float inverse = 1 / Math.max(largest, 1e-38f);
        for (int i = 0; i < length; i += 2) {
            int high = code(numbers[i], inverse);
            int low = i + 1 < length ? code(numbers[i + 1], inverse) : table.nearest(0);
            packed.set(ValueLayout.JAVA_BYTE, at + i / 2, (byte) (high << 4 | low));
        }
        return largest;
    }

    private int code(float number, float inverse) {
        return table.nearest(Math.clamp(number * inverse, -1f, 1f));
    }

    private static Magnitudes nested(float[] magnitudes) {
        double sum = 0;
        for (float magnitude : magnitudes) {
            sum += magnitude;
        }
        float mean = (float) (sum / magnitudes.length);
        float[] map = DynamicMap.signed();
        MemorySegment codes = PackedBytes.allocate(magnitudes.length);
        float[] largest = new float[Math.ceilDiv(magnitudes.length, Magnitudes.Nested.BLOCK)];
        for (int b = 0; b < largest.length; b++) {
            int first = b * Magnitudes.Nested.BLOCK;
            int last = Math.min(magnitudes.length, first + Magnitudes.Nested.BLOCK);
            for (int i = first; i < last; i++) {
                largest[b] = Math.max(largest[b], Math.abs(magnitudes[i] - mean));
            }
            float inverse = 1 / Math.max(largest[b], 1e-38f);
            for (int i = first; i < last; i++) {
                codes.set(ValueLayout.JAVA_BYTE, i, (byte) DynamicMap.nearest(map, (magnitudes[i] - mean) * inverse));
            }
        }
        return new Magnitudes.Nested(codes, map, Numbers.of(largest), mean);
    }

    @Override
    public long bytes(long out, long in) {
        long blocks = Math.ceilDiv(out * in, block);
        long magnitudes = nested
                ? blocks + (Math.ceilDiv(blocks, Magnitudes.Nested.BLOCK) + 1) * Float.BYTES // one is the mean
                : blocks * Float.BYTES;
        return Math.ceilDiv(out * in, 2) + magnitudes;
    }

    @Override
    public List<StoredTensor> write(String module, PackedMatrix matrix, DType dtype) {
        FourBitMatrix four = (FourBitMatrix) matrix;
        String name = module + ".weight";
        List<StoredTensor> tensors = new ArrayList<>();
        tensors.add(tensor(name, DType.U8, four.packed(), four.packed().byteSize(), 1));
        tensors.add(tensor(
                name + ".quant_map",
                DType.F32,
                Numbers.of(four.table().values()).data(),
                16));
        String state = "\"quant_type\": \"%s\", \"blocksize\": %d, \"dtype\": \"%s\", \"shape\": [%d, %d]"
                .formatted(four.table().name(), four.block(), torchName(dtype), four.out(), four.in());
        switch (four.magnitudes()) {
            case Magnitudes.Plain(Numbers numbers) ->
                tensors.add(tensor(name + ".absmax", DType.F32, numbers.data(), numbers.count()));
            case Magnitudes.Nested(MemorySegment codes, float[] map, Numbers largest, float mean) -> {
                tensors.add(tensor(name + ".absmax", DType.U8, codes, codes.byteSize()));
                tensors.add(tensor(name + ".nested_absmax", DType.F32, largest.data(), largest.count()));
                tensors.add(tensor(
                        name + ".nested_quant_map", DType.F32, Numbers.of(map).data(), map.length));
                state += ", \"nested_blocksize\": %d, \"nested_dtype\": \"float32\", \"nested_offset\": %s"
                        .formatted(
                                Magnitudes.Nested.BLOCK, Double.toString(mean).toLowerCase(Locale.ROOT));
            }
        }
        byte[] text = ("{" + state + "}").getBytes(StandardCharsets.UTF_8);
        tensors.add(tensor(
                name + ".quant_state.bitsandbytes__" + four.table().name(),
                DType.U8,
                PackedBytes.copyOf(MemorySegment.ofArray(text)),
                text.length));
        return tensors;
    }

    private static StoredTensor tensor(String name, DType dtype, MemorySegment data, long... shape) {
        return new StoredTensor(name, dtype, shape, data);
    }

    /** torch's name of a type that models compute in. */
    static String torchName(DType dtype) {
        return dtype == DType.F32 ? "float32" : dtype == DType.F16 ? "float16" : "bfloat16";
    }

    @Override
    public ObjectNode config() {
        return BitsAndBytesConfig.of(4, table.name(), nested);
    }
}
