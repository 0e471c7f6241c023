package dev.lathe.tensor.kernel;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** {@link PackedRowKernel} for vectors of 16 floats: the whole table of a block is one of them. */
record VectorPackedRow() implements PackedRowKernel {
    private static final int N = Lanes.N;
    private static final VectorSpecies<Byte> B =
            VectorSpecies.of(byte.class, VectorShape.forBitSize(Math.max(64, Lanes.F.vectorBitSize() / 4)));

    @Override
    public void write(float[] from, Matrix to, long row) {
        Lanes.write(from, to, row);
    }

    @Override
    public float dot(float[] a, float[] b, int count) {
        FloatVector first = FloatVector.zero(Lanes.F);
        FloatVector second = FloatVector.zero(Lanes.F);
        int i = 0;
        for (; i + 2 * N <= count; i += 2 * N) {
            first = FloatVector.fromArray(Lanes.F, a, i).fma(FloatVector.fromArray(Lanes.F, b, i), first);
            second = FloatVector.fromArray(Lanes.F, a, i + N).fma(FloatVector.fromArray(Lanes.F, b, i + N), second);
        }
        float[] lanes = new float[N];
        first.add(second).intoArray(lanes, 0);
        float sum = Lanes.sum(lanes);
        for (; i < count; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    @Override
    public void nibbles(MemorySegment packed, long at, float[] table, float[] scales, int block, Matrix to, long row) {
        if (to.element() == Element.BF16) {
            toBf16(packed, at, table, scales, block, to.data(), to.offset(row, 0));
        } else {
            new ScalarPackedRow().nibbles(packed, at, table, scales, block, to, row);
        }
    }

    /** The table is rounded once a block; a lane then takes both numbers of a byte, the first in its lower half. */
    private static void toBf16(
            MemorySegment packed, long at, float[] table, float[] scales, int block, MemorySegment to, long offset) {
        FloatVector whole = FloatVector.fromArray(Lanes.F, table, 0);
        for (int b = 0; b < scales.length; b++) {
            IntVector rounded = whole.mul(scales[b]).reinterpretAsInts();
            rounded = rounded.add(0x7FFF)
                    .add(rounded.lanewise(VectorOperators.LSHR, 16).and(1));
            IntVector low = rounded.lanewise(VectorOperators.LSHR, 16);
            IntVector high = rounded.and(0xFFFF0000);
            long from = at + (long) b * block / 2;
            for (int i = 0; i < block / 2; i += N) {
                IntVector pair = (IntVector) ByteVector.fromMemorySegment(B, packed, from + i, Lanes.ORDER)
                        .convertShape(VectorOperators.ZERO_EXTEND_B2I, Lanes.I, 0);
                IntVector first = pair.lanewise(VectorOperators.LSHR, 4).selectFrom(low);
                IntVector second = pair.and(15).selectFrom(high);
                first.or(second).intoMemorySegment(to, offset + 4 * (from - at + i), Lanes.ORDER);
            }
        }
    }

    @Override
    public float nibbleDot(
            MemorySegment packed, long at, float[] table, float[] scales, int block, float[] even, float[] odd) {
        IntVector whole = FloatVector.fromArray(Lanes.F, table, 0).reinterpretAsInts();
        FloatVector sum = FloatVector.zero(Lanes.F);
        for (int b = 0; b < scales.length; b++) {
            FloatVector first = FloatVector.zero(Lanes.F);
            FloatVector second = FloatVector.zero(Lanes.F);
            for (int i = b * block / 2; i < (b + 1) * block / 2; i += N) {
                IntVector pair = (IntVector) ByteVector.fromMemorySegment(B, packed, at + i, Lanes.ORDER)
                        .convertShape(VectorOperators.ZERO_EXTEND_B2I, Lanes.I, 0);
                first = pair.lanewise(VectorOperators.LSHR, 4)
                        .selectFrom(whole)
                        .reinterpretAsFloats()
                        .fma(FloatVector.fromArray(Lanes.F, even, i), first);
                second = pair.and(15)
                        .selectFrom(whole)
                        .reinterpretAsFloats()
                        .fma(FloatVector.fromArray(Lanes.F, odd, i), second);
            }
            sum = first.add(second).fma(FloatVector.broadcast(Lanes.F, scales[b]), sum);
        }
        float[] lanes = new float[N];
        sum.intoArray(lanes, 0);
        return Lanes.sum(lanes);
    }
}
