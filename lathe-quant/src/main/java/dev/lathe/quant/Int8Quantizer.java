package dev.lathe.quant;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lathe.model.file.StoredTensor;
import dev.lathe.tensor.DType;
import dev.lathe.tensor.Torch;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/**
 * LLM.int8's weights: each row divided by its largest magnitude and rounded to 127 steps on either side, ties to even, after
 * rounding to float16 (Dettmers et al. 2022, arXiv:2208.07339). Activations stay as they are.
 */
record Int8Quantizer() implements Quantizer {
    private static final float STEPS = 127;

    @Override
    public String name() {
        return "bitsandbytes";
    }

    @Override
    public PackedMatrix quantize(Dense matrix) {
        int in = Math.toIntExact(matrix.in());
        MemorySegment codes = Memory.allocate(matrix.count());
        float[] scales = new float[Math.toIntExact(matrix.out())];
        Torch.workers().run(scales.length, o -> {
            float[] row = new float[in];
            matrix.numbers().read((long) o * in, in, row);
            float largest = 0;
            for (int i = 0; i < in; i++) {
                row[i] = Float.float16ToFloat(Float.floatToFloat16(row[i]));
                largest = Math.max(largest, Math.abs(row[i]));
            }
            float factor = largest == 0 ? 0 : STEPS / largest;
            for (int i = 0; i < in; i++) {
                codes.set(ValueLayout.JAVA_BYTE, (long) o * in + i, (byte) Math.rint(row[i] * factor));
            }
            scales[o] = largest / STEPS;
        });
        return new Int8Matrix(codes, Numbers.of(scales), matrix.out(), matrix.in());
    }

    @Override
    public long bytes(long out, long in) {
        return out * in + out * Float.BYTES;
    }

    @Override
    public List<StoredTensor> write(String module, PackedMatrix matrix, DType dtype) {
        Int8Matrix int8 = (Int8Matrix) matrix;
        float[] largest = int8.scales().toFloats();
        for (int o = 0; o < largest.length; o++) {
            largest[o] *= STEPS;
        }
        return List.of(
                new StoredTensor(module + ".weight", DType.I8, new long[] {int8.out(), int8.in()}, int8.codes()),
                new StoredTensor(
                        module + ".SCB",
                        DType.F32,
                        new long[] {int8.out()},
                        Numbers.of(largest).data()),
                new StoredTensor(module + ".weight_format", DType.U8, new long[0], Memory.allocate(1)));
    }

    @Override
    public ObjectNode config() {
        return BitsAndBytesConfig.of(8, "fp4", false);
    }
}
