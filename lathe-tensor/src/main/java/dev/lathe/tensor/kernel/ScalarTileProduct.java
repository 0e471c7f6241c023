package dev.lathe.tensor.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** {@link TileProduct} in plain Java. */
public record ScalarTileProduct() implements TileProduct {
    private static final MemorySegment ALL = Addresses.ALL;

    @Override
    public void multiply(Shape shape, long a, long b, long sums, boolean add) {
        for (long r = 0; r < shape.rows(); r++) {
            for (long c = 0; c < shape.columns(); c++) {
                long at = sums + (r * shape.sumStride() + c) * Float.BYTES;
                float sum = add ? ALL.get(ValueLayout.JAVA_FLOAT_UNALIGNED, at) : 0;
                for (long i = 0; i < shape.inner(); i++) {
                    long left = a + (r * shape.aStride() + i) * Short.BYTES;
                    long right = b + (i / 2 * shape.bStride() + c) * Integer.BYTES + i % 2 * Short.BYTES;
                    sum = Math.fma(number(left), number(right), sum);
                }
                ALL.set(ValueLayout.JAVA_FLOAT_UNALIGNED, at, sum);
            }
        }
    }

    private static float number(long address) {
        return Bf16.widen(ALL.get(ValueLayout.JAVA_SHORT_UNALIGNED, address));
    }

    @Override
    public void release() {}
}
