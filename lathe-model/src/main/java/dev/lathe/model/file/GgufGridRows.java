package dev.lathe.model.file;

import static dev.lathe.model.file.GgufRows.half;
import static dev.lathe.model.file.GgufRows.unsignedShort;
import static dev.lathe.model.file.GgufRows.word;

/**
 * Dequantises rows of ggml's IQ1, IQ2 and IQ3 types: blocks of 256 numbers in which each 4 or 8 are a point of a
 * {@link GgufGrid}, with signs of their own.
 */
final class GgufGridRows {
    /** IQ1's points lie beside the whole numbers by this much. */
    private static final float SHIFT = 0.125f;

    private GgufGridRows() {}

    /** d, then for each 32 numbers 4 point numbers of 8 bits and a word: 4 times 7 bits of signs, 4 bits of scale. */
    static void iq2xxs(byte[] stored, float[] row, int length) {
        for (int at = 0, to = 0; to < length; at += 66, to += 256) {
            float d = half(stored, at);
            for (int k = 0; k < 8; k++) {
                int points = at + 2 + 8 * k;
                int word = word(stored, points + 4);
                float scale = d * (0.5f + (word >>> 28)) * 0.25f;
                for (int l = 0; l < 4; l++) {
                    GgufGrid.IQ2_XXS.write(
                            stored[points + l] & 255, evenSigns(word >>> 7 * l), scale, row, to + 32 * k + 8 * l);
                }
            }
        }
    }

    /** d, 32 times a point number of 9 bits and 7 bits of signs, then 16 scales of 4 bits. */
    static void iq2xs(byte[] stored, float[] row, int length) {
        for (int at = 0, to = 0; to < length; at += 74, to += 256) {
            float d = half(stored, at);
            for (int l = 0; l < 32; l++) {
                int both = unsignedShort(stored, at + 2 + 2 * l);
                float scale = d * (0.5f + nibble(stored, at + 66, l / 2)) * 0.25f;
                GgufGrid.IQ2_XS.write(both & 511, evenSigns(both >> 9), scale, row, to + 8 * l);
            }
        }
    }

    /** d, 32 point numbers of 8 bits, 32 bytes of signs, 2 more bits of each point number, 16 scales of 4 bits. */
    static void iq2s(byte[] stored, float[] row, int length) {
        for (int at = 0, to = 0; to < length; at += 82, to += 256) {
            float d = half(stored, at);
            for (int l = 0; l < 32; l++) {
                int point = stored[at + 2 + l] & 255 | (stored[at + 66 + l / 4] >> 2 * (l % 4) & 3) << 8;
                float scale = d * (0.5f + nibble(stored, at + 74, l / 2)) * 0.25f;
                GgufGrid.IQ2_S.write(point, stored[at + 34 + l], scale, row, to + 8 * l);
            }
        }
    }

    /** d, 64 point numbers of 8 bits, then words of signs and scale as in IQ2_XXS. */
    static void iq3xxs(byte[] stored, float[] row, int length) {
        for (int at = 0, to = 0; to < length; at += 98, to += 256) {
            float d = half(stored, at);
            for (int l = 0; l < 64; l++) {
                int word = word(stored, at + 66 + 4 * (l / 8));
                float scale = d * (0.5f + (word >>> 28)) * 0.5f;
                int signs = evenSigns(word >>> 7 * (l % 8 / 2)) >> 4 * (l % 2);
                GgufGrid.IQ3_XXS.write(stored[at + 2 + l] & 255, signs, scale, row, to + 4 * l);
            }
        }
    }

    /** d, 64 point numbers of 8 bits, a ninth bit of each, 32 bytes of signs, 8 scales of 4 bits. */
    static void iq3s(byte[] stored, float[] row, int length) {
        for (int at = 0, to = 0; to < length; at += 110, to += 256) {
            float d = half(stored, at);
            for (int l = 0; l < 64; l++) {
                int point = stored[at + 2 + l] & 255 | (stored[at + 66 + l / 8] >> l % 8 & 1) << 8;
                float scale = d * (1 + 2 * nibble(stored, at + 106, l / 8));
                GgufGrid.IQ3_S.write(point, stored[at + 74 + l / 2] >> 4 * (l % 2), scale, row, to + 4 * l);
            }
        }
    }

    /** d, 32 point numbers of 8 bits, then for each 32 numbers 4 times 3 bits more, 3 bits of scale, the shift's sign. */
    static void iq1s(byte[] stored, float[] row, int length) {
        for (int at = 0, to = 0; to < length; at += 50, to += 256) {
            float d = half(stored, at);
            for (int l = 0; l < 32; l++) {
                int word = unsignedShort(stored, at + 34 + 2 * (l / 4));
                int point = stored[at + 2 + l] & 255 | (word >> 3 * (l % 4) & 7) << 8;
                float shift = (word & 0x8000) == 0 ? SHIFT : -SHIFT;
                GgufGrid.IQ1.writeShifted(point, shift, d * (2 * (word >> 12 & 7) + 1), row, to + 8 * l);
            }
        }
    }

    /** 32 point numbers of 8 bits, for each 3 bits more and the shift's sign, 16 scales of 3 bits; d is spread over them. */
    static void iq1m(byte[] stored, float[] row, int length) {
        for (int at = 0, to = 0; to < length; at += 56, to += 256) {
            int bits = 0;
            for (int i = 0; i < 4; i++) {
                bits |= unsignedShort(stored, at + 48 + 2 * i) >> 12 << 4 * i;
            }
            float d = Float.float16ToFloat((short) bits);
            for (int l = 0; l < 32; l++) {
                int more = nibble(stored, at + 32, l);
                int point = stored[at + l] & 255 | (more & 7) << 8;
                int scale = unsignedShort(stored, at + 48 + 2 * (l / 8)) >> 3 * (l / 2 % 4) & 7;
                float shift = (more & 8) == 0 ? SHIFT : -SHIFT;
                GgufGrid.IQ1.writeShifted(point, shift, d * (2 * scale + 1), row, to + 8 * l);
            }
        }
    }

    private static int nibble(byte[] stored, int at, int index) {
        return stored[at + index / 2] >> 4 * (index % 2) & 15;
    }

    /** 8 signs of which 7 are stored: an even number of them is set. */
    private static int evenSigns(int bits) {
        int seven = bits & 127;
        return seven | (Integer.bitCount(seven) & 1) << 7;
    }
}
