package dev.lathe.model.file;

import static dev.lathe.model.file.GgufRows.half;

/** Dequantises rows of ggml's K types: blocks of 256 numbers whose groups have small scales of their own. */
final class GgufSuperRows {
    private GgufSuperRows() {}

    /** 16 bytes with a scale and a minimum of 4 bits for each 16 numbers, 64 bytes of 2-bit q, d, dmin. */
    static void q2k(byte[] stored, float[] row, int length) {
        for (int at = 0, to = 0; to < length; at += 84, to += 256) {
            float d = half(stored, at + 80);
            float least = half(stored, at + 82);
            for (int k = 0; k < 16; k++) {
                float scale = d * (stored[at + k] & 15);
                float minimum = least * (stored[at + k] >> 4 & 15);
                int bytes = at + 16 + 32 * (k / 8) + 16 * (k % 2);
                int shift = 2 * (k % 8 / 2);
                for (int i = 0; i < 16; i++) {
                    row[to + 16 * k + i] = scale * (stored[bytes + i] >> shift & 3) - minimum;
                }
            }
        }
    }

    /** 32 bytes of third bits, 64 bytes with the lower two, 16 scales of 6 bits, d. A third bit of 0 means q - 4. */
    static void q3k(byte[] stored, float[] row, int length) {
        for (int at = 0, to = 0; to < length; at += 110, to += 256) {
            float d = half(stored, at + 108);
            for (int k = 0; k < 16; k++) {
                int low = stored[at + 96 + k % 8] >> (k < 8 ? 0 : 4) & 15;
                int high = stored[at + 104 + k % 4] >> 2 * (k / 4) & 3;
                float scale = d * ((low | high << 4) - 32);
                int bytes = at + 32 + 32 * (k / 8) + 16 * (k % 2);
                int shift = 2 * (k % 8 / 2);
                for (int i = 0; i < 16; i++) {
                    int third = stored[at + 16 * (k % 2) + i] >> k / 2 & 1;
                    row[to + 16 * k + i] = scale * ((stored[bytes + i] >> shift & 3) - 4 + 4 * third);
                }
            }
        }
    }

    /** d, dmin, 8 scales and minima of 6 bits, 128 bytes of nibbles: d scale q - dmin minimum. */
    static void q4k(byte[] stored, float[] row, int length) {
        for (int at = 0, to = 0; to < length; at += 144, to += 256) {
            float d = half(stored, at);
            float least = half(stored, at + 2);
            for (int k = 0; k < 8; k++) {
                float scale = d * scale(stored, at + 4, k);
                float minimum = least * minimum(stored, at + 4, k);
                int bytes = at + 16 + 32 * (k / 2);
                int shift = 4 * (k % 2);
                for (int i = 0; i < 32; i++) {
                    row[to + 32 * k + i] = scale * (stored[bytes + i] >> shift & 15) - minimum;
                }
            }
        }
    }

    /** As Q4_K, with 32 bytes of fifth bits before the nibbles. */
    static void q5k(byte[] stored, float[] row, int length) {
        for (int at = 0, to = 0; to < length; at += 176, to += 256) {
            float d = half(stored, at);
            float least = half(stored, at + 2);
            for (int k = 0; k < 8; k++) {
                float scale = d * scale(stored, at + 4, k);
                float minimum = least * minimum(stored, at + 4, k);
                int bytes = at + 48 + 32 * (k / 2);
                int shift = 4 * (k % 2);
                for (int i = 0; i < 32; i++) {
                    int fifth = stored[at + 16 + i] >> k & 1;
                    row[to + 32 * k + i] = scale * ((stored[bytes + i] >> shift & 15) | fifth << 4) - minimum;
                }
            }
        }
    }

    /** 128 bytes of low nibbles, 64 bytes of the 2 bits above, a signed byte of scale for each 16 numbers, d. */
    static void q6k(byte[] stored, float[] row, int length) {
        for (int at = 0, to = 0; to < length; at += 210, to += 256) {
            float d = half(stored, at + 208);
            for (int k = 0; k < 16; k++) {
                float scale = d * stored[at + 192 + k];
                int quarter = k % 8 / 2; // of the 128 numbers of this half
                int low = at + 64 * (k / 8) + 32 * (quarter % 2) + 16 * (k % 2);
                int high = at + 128 + 32 * (k / 8) + 16 * (k % 2);
                for (int i = 0; i < 16; i++) {
                    int q = stored[low + i] >> 4 * (quarter / 2) & 15 | (stored[high + i] >> 2 * quarter & 3) << 4;
                    row[to + 16 * k + i] = scale * (q - 32);
                }
            }
        }
    }

    private static int scale(byte[] stored, int at, int k) {
        return k < 4 ? stored[at + k] & 63 : stored[at + k + 4] & 15 | (stored[at + k - 4] >> 6 & 3) << 4;
    }

    private static int minimum(byte[] stored, int at, int k) {
        return k < 4 ? stored[at + k + 4] & 63 : stored[at + k + 4] >> 4 & 15 | (stored[at + k] >> 6 & 3) << 4;
    }
}
