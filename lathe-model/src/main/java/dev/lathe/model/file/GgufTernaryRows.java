package dev.lathe.model.file;

import static dev.lathe.model.file.GgufRows.half;

/** Dequantises rows of ggml's ternary types: blocks of 256 numbers that are -d, 0 or d. */
final class GgufTernaryRows {
    private GgufTernaryRows() {}

    /** 48 + 4 bytes, each the leading digits of a fraction in base 3, then d. */
    static void tq10(byte[] stored, float[] row, int length) {
        for (int at = 0, to = 0; to < length; at += 54, to += 256) {
            float d = half(stored, at + 52);
            digits(stored, at, 32, 5, d, row, to);
            digits(stored, at + 32, 16, 5, d, row, to + 160);
            digits(stored, at + 48, 4, 4, d, row, to + 240);
        }
    }

    private static void digits(byte[] stored, int at, int bytes, int digits, float d, float[] row, int to) {
        int power = 1;
        for (int n = 0; n < digits; n++, power *= 3) {
            for (int i = 0; i < bytes; i++) {
                row[to + n * bytes + i] = d * (((stored[at + i] * power & 255) * 3 >> 8) - 1);
            }
        }
    }

    /** 64 bytes of 2-bit q, then d: d (q - 1). */
    static void tq20(byte[] stored, float[] row, int length) {
        for (int at = 0, to = 0; to < length; at += 66, to += 256) {
            float d = half(stored, at + 64);
            for (int i = 0; i < 256; i++) {
                int q = stored[at + 32 * (i / 128) + i % 32] >> 2 * (i % 128 / 32) & 3;
                row[to + i] = d * (q - 1);
            }
        }
    }
}
