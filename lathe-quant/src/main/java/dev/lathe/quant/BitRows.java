package dev.lathe.quant;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Unsigned numbers of a few bits, each row a little-endian bit stream that ends with a word of 32 bits: number k stands in
 * bits [k · bits, (k + 1) · bits). GPTQ packs columns so, compressed-tensors rows.
 *
 * @param bits 1 to 8
 */
record BitRows(MemorySegment data, int bits, long rows, long columns) {
    BitRows {
        if (data.byteSize() != bytes(bits, rows, columns)) {
            throw new IllegalArgumentException("%d x %d numbers of %d bits need %d bytes, not %d"
                    .formatted(rows, columns, bits, bytes(bits, rows, columns), data.byteSize()));
        }
    }

    static BitRows empty(int bits, long rows, long columns) {
        return new BitRows(PackedBytes.allocate(bytes(bits, rows, columns)), bits, rows, columns);
    }

    static long bytes(int bits, long rows, long columns) {
        return Math.multiplyExact(rows, rowBytes(bits, columns));
    }

    private static long rowBytes(int bits, long columns) {
        return Math.ceilDiv(Math.multiplyExact(columns, bits), 32) * Integer.BYTES;
    }

    /** Bytes of a row. */
    long rowBytes() {
        return rowBytes(bits, columns);
    }

    int get(long row, long column) {
        long bit = column * bits;
        long at = row * rowBytes(bits, columns) + bit / 8;
        int shift = (int) (bit % 8);
        int low = data.get(ValueLayout.JAVA_BYTE, at) & 255;
        int both = shift + bits > 8 ? low | (data.get(ValueLayout.JAVA_BYTE, at + 1) & 255) << 8 : low;
        return both >> shift & (1 << bits) - 1;
    }

    /** Puts a number where zeros are. */
    void set(long row, long column, int value) {
        long bit = column * bits;
        long at = row * rowBytes(bits, columns) + bit / 8;
        int shifted = value << bit % 8;
        or(at, shifted);
        if (shifted > 255) {
            or(at + 1, shifted >> 8);
        }
    }

    private void or(long at, int value) {
        data.set(ValueLayout.JAVA_BYTE, at, (byte) (data.get(ValueLayout.JAVA_BYTE, at) | value));
    }

    /** All numbers of a row; whole bytes and nibbles without looking at bits. */
    void row(long row, int[] to) {
        long at = row * rowBytes(bits, columns);
        int count = (int) columns;
        if (bits == 8 || bits == 4) {
            byte[] bytes = new byte[(int) rowBytes(bits, columns)];
            MemorySegment.copy(data, ValueLayout.JAVA_BYTE, at, bytes, 0, bytes.length);
            unpack(bytes, count, to);
        } else {
            long window = 0;
            int held = 0;
            for (int i = 0; i < count; i++) {
                if (held < bits) {
                    window |= (data.get(PackedBytes.INT, at) & 0xffffffffL) << held;
                    held += 32;
                    at += Integer.BYTES;
                }
                to[i] = (int) window & (1 << bits) - 1;
                window >>>= bits;
                held -= bits;
            }
        }
    }

    private void unpack(byte[] bytes, int count, int[] to) {
        if (bits == 8) {
            for (int i = 0; i < count; i++) {
                to[i] = bytes[i] & 255;
            }
        } else {
            for (int i = 0; i + 1 < count; i += 2) {
                to[i] = bytes[i >> 1] & 15;
                to[i + 1] = bytes[i >> 1] >> 4 & 15;
            }
            if (count % 2 == 1) {
                to[count - 1] = bytes[count >> 1] & 15;
            }
        }
    }
}
