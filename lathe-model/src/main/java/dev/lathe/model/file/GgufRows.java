package dev.lathe.model.file;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Dequantises rows of ggml's blocks, with the roundings of ggml: each product and each sum to fp32. */
final class GgufRows {
    private static final VarHandle SHORT = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
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

    /** d, one bit more of each of 32 numbers, then their nibbles as in Q4_0: d (q - 16). */
    static void q50(byte[] stored, float[] row, int length) {
        for (int at = 0, to = 0; to < length; at += 22, to += 32) {
            float d = half(stored, at);
            int high = word(stored, at + 2);
            for (int i = 0; i < 16; i++) {
                int pair = stored[at + 6 + i];
                row[to + i] = d * (((pair & 15) | (high >>> i & 1) << 4) - 16);
                row[to + 16 + i] = d * (((pair >> 4 & 15) | (high >>> i + 16 & 1) << 4) - 16);
            }
        }
    }

    /** d, m, then as Q5_0: d q + m. */
    static void q51(byte[] stored, float[] row, int length) {
        for (int at = 0, to = 0; to < length; at += 24, to += 32) {
            float d = half(stored, at);
            float m = half(stored, at + 2);
            int high = word(stored, at + 4);
            for (int i = 0; i < 16; i++) {
                int pair = stored[at + 8 + i];
                row[to + i] = d * ((pair & 15) | (high >>> i & 1) << 4) + m;
                row[to + 16 + i] = d * ((pair >> 4 & 15) | (high >>> i + 16 & 1) << 4) + m;
            }
        }
    }

    static float half(byte[] stored, int at) {
        return Float.float16ToFloat((short) SHORT.get(stored, at));
    }

    static int unsignedShort(byte[] stored, int at) {
        return (short) SHORT.get(stored, at) & 0xffff;
    }

    static int word(byte[] stored, int at) {
        return (int) INT.get(stored, at);
    }
}
