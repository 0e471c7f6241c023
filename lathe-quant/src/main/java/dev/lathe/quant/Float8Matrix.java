package dev.lathe.quant;

import dev.lathe.tensor.DType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Floating-point numbers of 8 bits with a scale for each tile of {@code tileRows x tileColumns}.
 *
 * @param codes [out, in]
 * @param type F8_E4M3 or F8_E5M2
 * @param scales [ceil(out / tileRows), ceil(in / tileColumns)]: what a 1 is worth
 */
record Float8Matrix(MemorySegment codes, DType type, Numbers scales, long tileRows, long tileColumns, long out, long in)
        implements PackedMatrix {
    @Override
    public void row(long row, float[] to) {
        long tiles = Math.ceilDiv(in, tileColumns);
        for (long t = 0; t < tiles; t++) {
            float scale = scales.get(row / tileRows * tiles + t);
            int end = (int) Math.min(in, (t + 1) * tileColumns);
            for (int i = (int) (t * tileColumns); i < end; i++) {
                to[i] = value(codes.get(ValueLayout.JAVA_BYTE, row * in + i)) * scale;
            }
        }
    }

    /** e5m2 is the upper half of a float16; e4m3 has one bit of exponent less and neither infinity nor most NaNs. */
    private float value(byte bits) {
        return type == DType.F8_E5M2 ? Float.float16ToFloat((short) (bits << 8)) : e4m3(bits);
    }

    static float e4m3(byte bits) {
        if ((bits & 0x7f) == 0x7f) {
            return Float.NaN;
        }
        // Shifted into a float16's fields, whose exponent is 8 larger.
        int half = (bits & 0x80) << 8 | (bits & 0x7f) << 7;
        return Float.float16ToFloat((short) half) * 256;
    }

    @Override
    public long bytes() {
        return codes.byteSize() + scales.data().byteSize();
    }
}
