package dev.lathe.quant;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lathe.model.file.StoredTensor;
import dev.lathe.tensor.DType;
import java.util.List;
import java.util.OptionalDouble;

/**
 * LLM.int8's weights: each row divided by its largest magnitude and rounded to 127 steps on either side, ties to even, after
 * rounding to float16 (Dettmers et al. 2022, arXiv:2208.07339). What becomes of activations is
 * {@link Int8Product}'s.
 */
record Int8Quantizer() implements Quantizer {
    private static final float STEPS = 127;

    @Override
    public String name() {
        return "bitsandbytes";
    }

    @Override
    public PackedMatrix quantize(Dense matrix) {
        Int8Rows rows = Int8Rows.of(matrix, Int8Quantizer::pack);
        return new Int8Matrix(rows.codes(), Numbers.of(rows.scales()), matrix.out(), matrix.in());
    }

    private static float pack(float[] row, byte[] codes) {
        for (int i = 0; i < row.length; i++) {
            row[i] = Float.float16ToFloat(Float.floatToFloat16(row[i]));
        }
        float largest = Int8Rows.largest(row);
        float factor = largest == 0 ? 0 : STEPS / largest;
        for (int i = 0; i < row.length; i++) {
            codes[i] = (byte) Math.rint(row[i] * factor);
        }
        return largest / STEPS;
    }

    @Override
    public OptionalDouble outliers() {
        return OptionalDouble.of(Int8Product.USUAL_THRESHOLD);
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
                new StoredTensor(module + ".weight_format", DType.U8, new long[0], PackedBytes.allocate(1)));
    }

    @Override
    public ObjectNode config() {
        return BitsAndBytesConfig.of(8, "fp4", false);
    }
}
