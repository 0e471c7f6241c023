package dev.lathe.tensor.kernel;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link PackedRowKernel} for vectors of 16 floats: the whole table of a block is one of them, and a code chooses from it by
 * its lowest four bits. Products do not mask what stands above these: since JDK 24 {@code selectFrom} takes indexes modulo
 * the number of lanes, as the instruction does; before, it threw.
 */
record VectorPackedRow() implements PackedRowKernel {
    private static final int N = Lanes.N;
    /** Numbers in a vector's worth of bytes. */
    private static final int GROUP = 8 * N;

    private static final VectorMask<Float> SECOND = VectorMask.fromLong(Lanes.F, -1L << N / 4);
    private static final VectorMask<Float> THIRD = VectorMask.fromLong(Lanes.F, -1L << N / 2);
    private static final VectorMask<Float> FOURTH = VectorMask.fromLong(Lanes.F, -1L << 3 * N / 4);
    private static final VectorSpecies<Byte> B =
            VectorSpecies.of(byte.class, VectorShape.forBitSize(Math.max(64, Lanes.F.vectorBitSize() / 4)));

    @Override
    public void write(float[] from, Matrix to, long row) {
        Lanes.write(from, to, row);
    }

    @Override
    public void read(Matrix from, long row, float[] to) {
        Lanes.read(from, row, to);
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

    /**
     * Groups of 128 numbers are read as 16 integers of 8 nibbles: a vector for each of the 8. What is left is read 16 bytes at a
     * time: a vector for their high nibbles, one for the low ones.
     */
    @Override
    public float[] spread(float[] x, int count, NibbleOrder order) {
        float[] spread = new float[count];
        int grouped = count / GROUP * GROUP;
        int first = order == NibbleOrder.HIGH_FIRST ? 1 : 0; // the nibble of a byte that holds the first number
        for (int i = 0; i < grouped; i++) {
            int inGroup = i % GROUP;
            int nibble = inGroup % 8 ^ first;
            spread[i - inGroup + nibble * N + inGroup / 8] = x[i];
        }
        for (int i = grouped; i < count; i++) {
            int inRest = (i - grouped) % (2 * N);
            spread[i - inRest + (inRest & 1 ^ first ^ 1) * N + inRest / 2] = x[i];
        }
        return spread;
    }

    @Override
    public float nibbleDot(MemorySegment packed, long at, float[] table, float[] scales, int block, float[] spread) {
        int count = scales.length * block;
        int grouped = count / GROUP * GROUP;
        float[] lanes = new float[N];
        groups(packed, at, table, scales, block, spread, grouped, lanes);
        if (grouped < count) {
            rest(packed, at, table, scales, block, spread, grouped, lanes);
        }
        return Lanes.sum(lanes);
    }

    /** Every quarter of the lanes belongs to one block. */
    private static void groups(
            MemorySegment packed,
            long at,
            float[] table,
            float[] scales,
            int block,
            float[] spread,
            int count,
            float[] lanes) {
        IntVector whole = FloatVector.fromArray(Lanes.F, table, 0).reinterpretAsInts();
        FloatVector sum = FloatVector.zero(Lanes.F);
        int shift = Integer.numberOfTrailingZeros(block);
        for (int i = 0; i < count; i += GROUP) {
            IntVector codes = IntVector.fromMemorySegment(Lanes.I, packed, at + i / 2, Lanes.ORDER);
            FloatVector a =
                    codes.selectFrom(whole).reinterpretAsFloats().mul(FloatVector.fromArray(Lanes.F, spread, i));
            FloatVector b = codes.lanewise(VectorOperators.LSHR, 4)
                    .selectFrom(whole)
                    .reinterpretAsFloats()
                    .mul(FloatVector.fromArray(Lanes.F, spread, i + N));
            a = codes.lanewise(VectorOperators.LSHR, 8)
                    .selectFrom(whole)
                    .reinterpretAsFloats()
                    .fma(FloatVector.fromArray(Lanes.F, spread, i + 2 * N), a);
            b = codes.lanewise(VectorOperators.LSHR, 12)
                    .selectFrom(whole)
                    .reinterpretAsFloats()
                    .fma(FloatVector.fromArray(Lanes.F, spread, i + 3 * N), b);
            a = codes.lanewise(VectorOperators.LSHR, 16)
                    .selectFrom(whole)
                    .reinterpretAsFloats()
                    .fma(FloatVector.fromArray(Lanes.F, spread, i + 4 * N), a);
            b = codes.lanewise(VectorOperators.LSHR, 20)
                    .selectFrom(whole)
                    .reinterpretAsFloats()
                    .fma(FloatVector.fromArray(Lanes.F, spread, i + 5 * N), b);
            a = codes.lanewise(VectorOperators.LSHR, 24)
                    .selectFrom(whole)
                    .reinterpretAsFloats()
                    .fma(FloatVector.fromArray(Lanes.F, spread, i + 6 * N), a);
            b = codes.lanewise(VectorOperators.LSHR, 28)
                    .selectFrom(whole)
                    .reinterpretAsFloats()
                    .fma(FloatVector.fromArray(Lanes.F, spread, i + 7 * N), b);
            FloatVector scale = FloatVector.broadcast(Lanes.F, scales[i >> shift])
                    .blend(scales[i + GROUP / 4 >> shift], SECOND)
                    .blend(scales[i + GROUP / 2 >> shift], THIRD)
                    .blend(scales[i + 3 * GROUP / 4 >> shift], FOURTH);
            sum = a.add(b).fma(scale, sum);
        }
        sum.intoArray(lanes, 0);
    }

    /** Adds what comes after number {@code from}. */
    private static void rest(
            MemorySegment packed,
            long at,
            float[] table,
            float[] scales,
            int block,
            float[] spread,
            int from,
            float[] lanes) {
        IntVector whole = FloatVector.fromArray(Lanes.F, table, 0).reinterpretAsInts();
        FloatVector sum = FloatVector.fromArray(Lanes.F, lanes, 0);
        for (int i = from; i < scales.length * block; i += 2 * N) {
            IntVector pair = (IntVector) ByteVector.fromMemorySegment(B, packed, at + i / 2, Lanes.ORDER)
                    .convertShape(VectorOperators.ZERO_EXTEND_B2I, Lanes.I, 0);
            FloatVector high = pair.lanewise(VectorOperators.LSHR, 4)
                    .selectFrom(whole)
                    .reinterpretAsFloats()
                    .mul(FloatVector.fromArray(Lanes.F, spread, i));
            sum = pair.selectFrom(whole)
                    .reinterpretAsFloats()
                    .fma(FloatVector.fromArray(Lanes.F, spread, i + N), high)
                    .fma(FloatVector.broadcast(Lanes.F, scales[i / block]), sum);
        }
        sum.intoArray(lanes, 0);
    }
}
