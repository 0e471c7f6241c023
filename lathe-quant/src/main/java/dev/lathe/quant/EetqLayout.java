package dev.lathe.quant;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Where EETQ's stored bytes stand: inputs shuffled for tensor cores, pairs of outputs interleaved in tiles of 64 inputs. */
final class EetqLayout {
    private static final int TILE = 64;
    /** Which of 16 inputs comes at each place. */
    private static final int[] SHUFFLE = {0, 1, 8, 9, 2, 3, 10, 11, 4, 5, 12, 13, 6, 7, 14, 15};

    private EetqLayout() {}

    static boolean fits(long out, long in) {
        return out % TILE == 0 && in % TILE == 0;
    }

    /** Stored bytes to signed bytes [out, in]. */
    static MemorySegment toRows(MemorySegment stored, long out, long in) {
        MemorySegment rows = PackedBytes.allocate(out * in);
        for (long o = 0; o < out; o++) {
            for (long place = 0; place < in; place++) {
                int biased = stored.get(ValueLayout.JAVA_BYTE, at(o, place, in)) & 255;
                rows.set(ValueLayout.JAVA_BYTE, o * in + input(place), (byte) (biased - 128));
            }
        }
        return rows;
    }

    /** Signed bytes [out, in] to stored bytes. */
    static MemorySegment toStored(MemorySegment rows, long out, long in) {
        MemorySegment stored = PackedBytes.allocate(out * in);
        for (long o = 0; o < out; o++) {
            for (long place = 0; place < in; place++) {
                int code = rows.get(ValueLayout.JAVA_BYTE, o * in + input(place));
                stored.set(ValueLayout.JAVA_BYTE, at(o, place, in), (byte) (code + 128));
            }
        }
        return stored;
    }

    private static long input(long place) {
        return place - place % 16 + SHUFFLE[(int) (place % 16)];
    }

    /** The byte for an output and a place among its shuffled inputs. */
    private static long at(long o, long place, long in) {
        long plain = ((o / 2 * (in / TILE) + place / TILE) * 2 + o % 2) * TILE + place % TILE;
        long inWord = plain % 4; // the middle two of each four bytes are swapped
        return plain - inWord + (inWord == 1 ? 2 : inWord == 2 ? 1 : inWord);
    }
}
