package dev.lathe.quant;

import dev.lathe.tensor.DType;
import java.lang.foreign.MemorySegment;

/**
 * Floating-point numbers as a file keeps them.
 *
 * @param dtype F32, F16 or BF16
 */
record Numbers(MemorySegment data, DType dtype) {
    Numbers {
        if (!holds(dtype)) {
            throw new IllegalArgumentException("numbers are F32, F16 or BF16, not " + dtype);
        }
    }

    static boolean holds(DType dtype) {
        return dtype == DType.F32 || dtype == DType.F16 || dtype == DType.BF16;
    }

    static Numbers of(float[] values) {
        MemorySegment memory = PackedBytes.allocate((long) values.length * Float.BYTES);
        MemorySegment.copy(values, 0, memory, PackedBytes.FLOAT, 0, values.length);
        return new Numbers(memory, DType.F32);
    }

    /** {@code values} rounded to F16. */
    static Numbers halves(float[] values) {
        MemorySegment memory = PackedBytes.allocate((long) values.length * Short.BYTES);
        for (int i = 0; i < values.length; i++) {
            memory.set(PackedBytes.SHORT, 2L * i, Float.floatToFloat16(values[i]));
        }
        return new Numbers(memory, DType.F16);
    }

    long count() {
        return data.byteSize() / dtype.bytes();
    }

    float get(long index) {
        if (dtype == DType.F32) {
            return data.get(PackedBytes.FLOAT, 4 * index);
        }
        short bits = data.get(PackedBytes.SHORT, 2 * index);
        return dtype == DType.BF16 ? Float.intBitsToFloat(bits << 16) : Float.float16ToFloat(bits);
    }

    /** Numbers {@code from} to {@code from + count}. */
    void read(long from, int count, float[] to) {
        if (dtype == DType.F32) {
            MemorySegment.copy(data, PackedBytes.FLOAT, 4 * from, to, 0, count);
            return;
        }
        short[] bits = new short[count];
        MemorySegment.copy(data, PackedBytes.SHORT, 2 * from, bits, 0, count);
        if (dtype == DType.BF16) {
            for (int i = 0; i < count; i++) {
                to[i] = Float.intBitsToFloat(bits[i] << 16);
            }
        } else {
            for (int i = 0; i < count; i++) {
                to[i] = Float.float16ToFloat(bits[i]);
            }
        }
    }

    float[] toFloats() {
        float[] all = new float[Math.toIntExact(count())];
        read(0, all.length, all);
        return all;
    }

    /** A matrix [rows, columns] turned into [columns, rows], in memory of its own. */
    Numbers transposed(long rows, long columns) {
        MemorySegment turned = PackedBytes.allocate(data.byteSize());
        int width = dtype.bytes();
        for (long r = 0; r < rows; r++) {
            for (long c = 0; c < columns; c++) {
                MemorySegment.copy(data, (r * columns + c) * width, turned, (c * rows + r) * width, width);
            }
        }
        return new Numbers(turned, dtype);
    }
}
