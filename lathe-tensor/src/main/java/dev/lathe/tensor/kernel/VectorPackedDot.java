package dev.lathe.tensor.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** {@link PackedDotKernel} for vectors of 8 floats or more. */
record VectorPackedDot() implements PackedDotKernel {
    private static final int N = Lanes.N;
    private static final VectorSpecies<Byte> B =
            VectorSpecies.of(byte.class, VectorShape.forBitSize(Math.max(64, Lanes.F.vectorBitSize() / 4)));

    @Override
    public float signedBytes(MemorySegment codes, long at, float[] scales, int block, float[] x) {
        FloatVector sum = FloatVector.zero(Lanes.F);
        float rest = 0;
        for (int b = 0; b < scales.length; b++) {
            FloatVector first = FloatVector.zero(Lanes.F);
            FloatVector second = FloatVector.zero(Lanes.F);
            int from = b * block;
            int end = from + block;
            int i = from;
            for (; i + 2 * N <= end; i += 2 * N) {
                first = ((FloatVector) ByteVector.fromMemorySegment(B, codes, at + i, Lanes.ORDER)
                                .convertShape(VectorOperators.B2F, Lanes.F, 0))
                        .fma(FloatVector.fromArray(Lanes.F, x, i), first);
                second = ((FloatVector) ByteVector.fromMemorySegment(B, codes, at + i + N, Lanes.ORDER)
                                .convertShape(VectorOperators.B2F, Lanes.F, 0))
                        .fma(FloatVector.fromArray(Lanes.F, x, i + N), second);
            }
            for (; i + N <= end; i += N) {
                first = ((FloatVector) ByteVector.fromMemorySegment(B, codes, at + i, Lanes.ORDER)
                                .convertShape(VectorOperators.B2F, Lanes.F, 0))
                        .fma(FloatVector.fromArray(Lanes.F, x, i), first);
            }
            sum = first.add(second).fma(FloatVector.broadcast(Lanes.F, scales[b]), sum);
            for (; i < end; i++) {
                rest += codes.get(ValueLayout.JAVA_BYTE, at + i) * x[i] * scales[b];
            }
        }
        return Lanes.sum(sum.toArray()) + rest;
    }

    @Override
    public float bytes(MemorySegment codes, long at, int zero, float[] scales, int block, float[] x) {
        FloatVector sum = FloatVector.zero(Lanes.F);
        float rest = 0;
        for (int b = 0; b < scales.length; b++) {
            FloatVector first = FloatVector.zero(Lanes.F);
            int from = b * block;
            int end = from + block;
            int i = from;
            for (; i + N <= end; i += N) {
                IntVector q = (IntVector) ByteVector.fromMemorySegment(B, codes, at + i, Lanes.ORDER)
                        .convertShape(VectorOperators.ZERO_EXTEND_B2I, Lanes.I, 0);
                first = ((FloatVector) q.sub(zero).convert(VectorOperators.I2F, 0))
                        .fma(FloatVector.fromArray(Lanes.F, x, i), first);
            }
            sum = first.fma(FloatVector.broadcast(Lanes.F, scales[b]), sum);
            for (; i < end; i++) {
                rest += ((codes.get(ValueLayout.JAVA_BYTE, at + i) & 255) - zero) * x[i] * scales[b];
            }
        }
        return Lanes.sum(sum.toArray()) + rest;
    }

    @Override
    public void nibblePair(
            MemorySegment codes, long at, float[] high, float[] low, int block, float[] x, float[] sums) {
        FloatVector one = FloatVector.zero(Lanes.F);
        FloatVector other = FloatVector.zero(Lanes.F);
        float oneRest = 0;
        float otherRest = 0;
        for (int b = 0; b < high.length; b++) {
            FloatVector first = FloatVector.zero(Lanes.F);
            FloatVector second = FloatVector.zero(Lanes.F);
            int from = b * block;
            int end = from + block;
            int i = from;
            for (; i + N <= end; i += N) {
                IntVector pair = (IntVector) ByteVector.fromMemorySegment(B, codes, at + i, Lanes.ORDER)
                        .convertShape(VectorOperators.ZERO_EXTEND_B2I, Lanes.I, 0);
                FloatVector some = FloatVector.fromArray(Lanes.F, x, i);
                first = ((FloatVector)
                                pair.lanewise(VectorOperators.LSHR, 4).sub(8).convert(VectorOperators.I2F, 0))
                        .fma(some, first);
                second = ((FloatVector) pair.and(15).sub(8).convert(VectorOperators.I2F, 0)).fma(some, second);
            }
            one = first.fma(FloatVector.broadcast(Lanes.F, high[b]), one);
            other = second.fma(FloatVector.broadcast(Lanes.F, low[b]), other);
            for (; i < end; i++) {
                int pair = codes.get(ValueLayout.JAVA_BYTE, at + i);
                oneRest += ((pair >> 4 & 15) - 8) * x[i] * high[b];
                otherRest += ((pair & 15) - 8) * x[i] * low[b];
            }
        }
        sums[0] = Lanes.sum(one.toArray()) + oneRest;
        sums[1] = Lanes.sum(other.toArray()) + otherRest;
    }
}
