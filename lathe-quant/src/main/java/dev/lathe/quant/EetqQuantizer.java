package dev.lathe.quant;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lathe.base.Json;
import dev.lathe.base.UserError;
import dev.lathe.model.file.StoredTensor;
import dev.lathe.tensor.DType;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** EETQ's weights: each row in 128 steps of its largest magnitude, rounded half away from zero; scales in float16. */
record EetqQuantizer() implements Quantizer {
    private static final float STEPS = 128;

    @Override
    public String name() {
        return "EETQ";
    }

    @Override
    public PackedMatrix quantize(Dense matrix) {
        Int8Rows rows = Int8Rows.of(matrix, EetqQuantizer::pack);
        return new Int8Matrix(rows.codes(), Numbers.halves(rows.scales()), matrix.out(), matrix.in());
    }

    private static float pack(float[] row, byte[] codes) {
        float scale = Int8Rows.largest(row) / STEPS;
        for (int i = 0; i < row.length; i++) {
            float steps = scale == 0 ? 0 : row[i] / scale;
            double away = Math.copySign(Math.floor(Math.abs((double) steps) + 0.5), steps);
            codes[i] = (byte) Math.clamp(away, -128, 127);
        }
        return scale;
    }

    @Override
    public long bytes(long out, long in) {
        return out * in + out * Short.BYTES;
    }

    @Override
    public List<StoredTensor> write(String module, PackedMatrix matrix, DType dtype) {
        Int8Matrix int8 = (Int8Matrix) matrix;
        if (!EetqLayout.fits(int8.out(), int8.in())) {
            throw new UserError(
                    "%s: EETQ's layout has tiles of 64 x 64, which do not divide %d x %d; save it with another method"
                            .formatted(module, int8.out(), int8.in()));
        }
        MemorySegment stored = EetqLayout.toStored(int8.codes(), int8.out(), int8.in());
        return List.of(
                new StoredTensor(module + ".weight", DType.I8, new long[] {int8.in(), int8.out()}, stored),
                new StoredTensor(
                        module + ".weight_scales",
                        DType.F16,
                        new long[] {int8.out()},
                        int8.scales().data()));
    }

    @Override
    public ObjectNode config() {
        return Json.object().put("quant_method", "eetq").put("weights", "int8").putNull("modules_to_not_convert");
    }
}
