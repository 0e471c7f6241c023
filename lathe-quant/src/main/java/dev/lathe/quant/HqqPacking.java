package dev.lathe.quant;

import java.util.Arrays;
import java.util.Optional;

/**
 * How HQQ puts codes into words: a word of {@code perWord} codes holds one of each of as many slices of rows, the first
 * slice highest.
 */
enum HqqPacking {
    BYTES("8bit_u8", 8, 1, 1),
    NIBBLES("4bit_u8", 4, 2, 1),
    THREES("3bit_32", 3, 10, 4),
    PAIRS("2bit_u8", 2, 4, 1),
    BITS("1bit_u8", 1, 8, 1);

    private final String label;
    private final int bits;
    private final int perWord;
    private final int wordBytes;

    HqqPacking(String label, int bits, int perWord, int wordBytes) {
        this.label = label;
        this.bits = bits;
        this.perWord = perWord;
        this.wordBytes = wordBytes;
    }

    static Optional<HqqPacking> named(String label) {
        return Arrays.stream(values())
                .filter(packing -> packing.label.equals(label))
                .findFirst();
    }

    /** The one that holds codes of so many bits: 5, 6 and 7 take a byte. */
    static HqqPacking forBits(int bits) {
        return Arrays.stream(values())
                .filter(packing -> packing.bits == bits)
                .findFirst()
                .orElse(BYTES);
    }

    /** Its name in checkpoints. */
    String label() {
        return label;
    }

    int bits() {
        return bits;
    }

    int wordBytes() {
        return wordBytes;
    }

    long packedHeight(long height) {
        return Math.ceilDiv(height, perWord);
    }

    /** Whether the rows fill their words; only words of threes may end with nothing. */
    boolean fits(long height) {
        return this == THREES || height % perWord == 0;
    }

    int shift(int slice) {
        return bits * (perWord - 1 - slice);
    }
}
