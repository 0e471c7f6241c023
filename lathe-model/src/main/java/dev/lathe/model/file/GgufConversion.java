package dev.lathe.model.file;

import dev.lathe.tensor.DType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** Dequantises rows of a tensor of a GGUF file, with the buffers of one; for one thread. */
final class GgufConversion {
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private static final int INFINITE = 0x7f800000;

    private final GgufWeights.Source source;
    private final GgufRows.Reader reader;
    private final MemorySegment stored;
    private final MemorySegment data;
    private final DType dtype;
    private final int length;
    private final byte[] bytes;
    private final float[] row;
    private final short[] rounded;

    /**
     * @param stored the tensor in the file
     * @param data the whole tensor to be
     * @param dtype F32, F16 or BF16: what {@code data} holds
     * @param length numbers of a row
     */
    GgufConversion(
            GgufWeights.Source source,
            GgufRows.Reader reader,
            MemorySegment stored,
            MemorySegment data,
            DType dtype,
            int length) {
        this.source = source;
        this.reader = reader;
        this.stored = stored;
        this.data = data;
        this.dtype = dtype;
        this.length = length;
        this.bytes = new byte[Math.toIntExact(source.tensor().type().bytes(length))];
        this.row = new float[length];
        this.rounded = new short[length];
    }

    /** Rows from {@code from} up to, not with, {@code to}. */
    void convert(long from, long to) {
        for (long r = from; r < to; r++) {
            MemorySegment.copy(stored, ValueLayout.JAVA_BYTE, source.stored(r) * bytes.length, bytes, 0, bytes.length);
            reader.read(bytes, row, length);
            write(r * length * dtype.bytes());
        }
    }

    private void write(long to) {
        if (dtype == DType.F32) {
            MemorySegment.copy(row, 0, data, FLOAT, to, length);
            return;
        }
        if (dtype == DType.BF16) {
            bf16(row, rounded, length);
        } else {
            for (int i = 0; i < length; i++) {
                rounded[i] = Float.floatToFloat16(row[i]);
            }
        }
        MemorySegment.copy(rounded, 0, data, SHORT, to, length);
    }

    /** Rounds many: without a branch for what is not a number, the compiler makes vectors of the loop. */
    static void bf16(float[] values, short[] rounded, int length) {
        int strange = 0;
        for (int i = 0; i < length; i++) {
            int bits = Float.floatToRawIntBits(values[i]);
            strange |= INFINITE - (bits & Integer.MAX_VALUE);
            rounded[i] = (short) ((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
        }
        for (int i = 0; strange < 0 && i < length; i++) {
            rounded[i] = bf16(values[i]);
        }
    }

    /** Rounds to the nearest, ties to even; what is not a number stays so. */
    static short bf16(float value) {
        int bits = Float.floatToRawIntBits(value);
        if (Float.isNaN(value)) {
            return (short) ((bits >> 16) | 0x40);
        }
        return (short) ((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
    }
}
