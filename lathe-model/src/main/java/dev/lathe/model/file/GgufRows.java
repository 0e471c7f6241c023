package dev.lathe.model.file;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Dequantises rows of ggml's blocks, with the roundings of ggml: each product and each sum to fp32. */
final class GgufRows {
    private static final VarHandle SHORT = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle FLOAT = MethodHandles.byteArrayViewVarHandle(float[].class, ByteOrder.LITTLE_ENDIAN);

    private GgufRows() {}

    /** Reads the blocks of one row; both arrays may be longer than the {@code length} numbers asked for. */
    @FunctionalInterface
    interface Reader {
        void read(byte[] stored, float[] row, int length);
    }

    static void f32(byte[] stored, float[] row, int length) {
        for (int i = 0; i < length; i++) {
            row[i] = (float) FLOAT.get(stored, 4 * i);
        }
    }

    static void f16(byte[] stored, float[] row, int length) {
        for (int i = 0; i < length; i++) {
            row[i] = half(stored, 2 * i);
        }
    }

    static void bf16(byte[] stored, float[] row, int length) {
        for (int i = 0; i < length; i++) {
            row[i] = Float.intBitsToFloat((short) SHORT.get(stored, 2 * i) << 16);
        }
    }

    /** d, then 32 signed bytes q: d q. */
    static void q80(byte[] stored, float[] row, int length) {
        for (int at = 0, to = 0; to < length; at += 34, to += 32) {
            float d = half(stored, at);
            for (int i = 0; i < 32; i++) {
                row[to + i] = d * stored[at + 2 + i];
            }
        }
    }

    /** d, then 16 bytes with the first half of the block in their low nibbles q: d (q - 8). */
    static void q40(byte[] stored, float[] row, int length) {
        for (int at = 0, to = 0; to < length; at += 18, to += 32) {
            float d = half(stored, at);
            for (int i = 0; i < 16; i++) {
                int pair = stored[at + 2 + i];
                row[to + i] = d * ((pair & 15) - 8);
                row[to + 16 + i] = d * (((pair >> 4) & 15) - 8);
            }
        }
    }

    /** d, m, then 16 bytes of nibbles q as in Q4_0: d q + m. */
    static void q41(byte[] stored, float[] row, int length) {
        for (int at = 0, to = 0; to < length; at += 20, to += 32) {
            float d = half(stored, at);
            float m = half(stored, at + 2);
            for (int i = 0; i < 16; i++) {
                int pair = stored[at + 4 + i];
                row[to + i] = d * (pair & 15) + m;
                row[to + 16 + i] = d * ((pair >> 4) & 15) + m;
            }
        }
    }

    private static float half(byte[] stored, int at) {
        return Float.float16ToFloat((short) SHORT.get(stored, at));
    }
}
