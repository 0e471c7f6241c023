package dev.lathe.quant;

import java.lang.foreign.MemorySegment;

/** GPTQ's packing: codes as a bit stream down each column, zero points along each group's row. */
final class Gptq {
    private Gptq() {}

    /**
     * @param words [in · bits / 32, out]
     * @return [out, in]
     */
    static BitRows codes(MemorySegment words, int bits, long out, long in) {
        BitRows codes = BitRows.empty(bits, out, in);
        MemorySegment to = codes.data();
        long perRow = in * bits / 32;
        // A column's words one after the other are a row's bit stream.
        for (long w = 0; w < perRow; w++) {
            for (long o = 0; o < out; o++) {
                to.set(PackedBytes.INT, 4 * (o * perRow + w), words.get(PackedBytes.INT, 4 * (w * out + o)));
            }
        }
        return codes;
    }

    /**
     * @param words [groups, ceil(out · bits / 32)]
     * @param storedLess is added to what is stored; what that overflows is 0
     * @return [out, groups]
     */
    static byte[] zeros(MemorySegment words, int bits, long groups, long out, int storedLess) {
        BitRows stored = new BitRows(words, bits, groups, out);
        byte[] zeros = new byte[Math.toIntExact(groups * out)];
        int mask = (1 << bits) - 1;
        for (int g = 0; g < groups; g++) {
            for (int o = 0; o < out; o++) {
                zeros[(int) (o * groups + g)] = (byte) (stored.get(g, o) + storedLess & mask);
            }
        }
        return zeros;
    }
}
