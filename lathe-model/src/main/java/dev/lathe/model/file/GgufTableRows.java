package dev.lathe.model.file;

import static dev.lathe.model.file.GgufRows.half;

/** Dequantises rows of ggml's types whose nibbles are numbers of a table of 16 values. */
final class GgufTableRows {
    private static final byte[] UNEVEN = {-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113};
    /** Twice the numbers of e2m1, so that they are whole; the scales are halved in turn. */
    private static final byte[] E2M1 = {0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12};

    private GgufTableRows() {}

    /** d, 16 bytes of nibbles. */
    static void iq4nl(byte[] stored, float[] row, int length) {
        for (int at = 0, to = 0; to < length; at += 18, to += 32) {
            nibbles(stored, at + 2, 16, UNEVEN, half(stored, at), row, to);
        }
    }

    /** d, 16 bits with the upper 2 of 8 scales, 4 bytes with their lower 4, 128 bytes of nibbles. */
    static void iq4xs(byte[] stored, float[] row, int length) {
        for (int at = 0, to = 0; to < length; at += 136, to += 256) {
            float d = half(stored, at);
            int high = GgufRows.unsignedShort(stored, at + 2);
            for (int k = 0; k < 8; k++) {
                int scale = stored[at + 4 + k / 2] >> 4 * (k % 2) & 15 | (high >> 2 * k & 3) << 4;
                nibbles(stored, at + 8 + 16 * k, 16, UNEVEN, d * (scale - 32), row, to + 32 * k);
            }
        }
    }

    /** A power of two in 8 bits, 16 bytes of nibbles (OCP Microscaling Formats 1.0). */
    static void mxfp4(byte[] stored, float[] row, int length) {
        for (int at = 0, to = 0; to < length; at += 17, to += 32) {
            int e = stored[at] & 255;
            float d = Float.intBitsToFloat(e < 2 ? 0x00200000 << e : e - 1 << 23); // 2^(e - 128)
            nibbles(stored, at + 1, 16, E2M1, d, row, to);
        }
    }

    /** 4 scales in unsigned e4m3, each for 16 numbers in 8 bytes of nibbles. */
    static void nvfp4(byte[] stored, float[] row, int length) {
        for (int at = 0, to = 0; to < length; at += 36, to += 64) {
            for (int k = 0; k < 4; k++) {
                nibbles(stored, at + 4 + 8 * k, 8, E2M1, halvedE4m3(stored[at + k]), row, to + 16 * k);
            }
        }
    }

    /** The first half of the numbers stands in the low nibbles, the second in the high ones. */
    private static void nibbles(byte[] stored, int at, int bytes, byte[] table, float d, float[] row, int to) {
        for (int i = 0; i < bytes; i++) {
            row[to + i] = d * table[stored[at + i] & 15];
            row[to + bytes + i] = d * table[stored[at + i] >> 4 & 15];
        }
    }

    private static float halvedE4m3(byte bits) {
        int exponent = bits >> 3 & 15;
        int mantissa = bits & 7;
        if ((bits & 255) == 0x7f) {
            return 0;
        }
        return exponent == 0 ? mantissa * 0x1p-10f : Math.scalb(1 + mantissa / 8f, exponent - 8);
    }
}
