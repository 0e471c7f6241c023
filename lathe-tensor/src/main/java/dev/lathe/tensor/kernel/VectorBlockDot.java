package dev.lathe.tensor.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** {@link BlockDotKernel} for vectors of 8 or 16 floats. */
record VectorBlockDot() implements BlockDotKernel {
    private static final int N = Lanes.N;
    private static final VectorSpecies<Byte> B =
            VectorSpecies.of(byte.class, VectorShape.forBitSize(Math.max(64, Lanes.F.vectorBitSize() / 4)));

    @Override
    public float q40(MemorySegment blocks, long at, int count, float[] x) {
        float[] scales = Blocks.halves(blocks, at, Blocks.Q4_0, count / GROUP);
        FloatVector sum = FloatVector.zero(Lanes.F);
        for (int to = 0; to < count; to += GROUP, at += Blocks.Q4_0) {
            FloatVector inBlock = FloatVector.zero(Lanes.F);
            for (int i = 0; i < 16; i += N) {
                IntVector pair = (IntVector) ByteVector.fromMemorySegment(B, blocks, at + 2 + i, Lanes.ORDER)
                        .convertShape(VectorOperators.ZERO_EXTEND_B2I, Lanes.I, 0);
                inBlock = ((FloatVector) pair.and(15).sub(8).convert(VectorOperators.I2F, 0))
                        .fma(FloatVector.fromArray(Lanes.F, x, to + i), inBlock);
                inBlock = ((FloatVector)
                                pair.lanewise(VectorOperators.LSHR, 4).sub(8).convert(VectorOperators.I2F, 0))
                        .fma(FloatVector.fromArray(Lanes.F, x, to + 16 + i), inBlock);
            }
            sum = inBlock.fma(FloatVector.broadcast(Lanes.F, scales[to / GROUP]), sum);
        }
        return Lanes.sum(sum.toArray());
    }

    @Override
    public float q41(MemorySegment blocks, long at, int count, float[] x, float[] sums) {
        float[] scales = Blocks.halves(blocks, at, Blocks.Q4_1, count / GROUP);
        float[] minima = Blocks.halves(blocks, at + 2, Blocks.Q4_1, count / GROUP);
        FloatVector sum = FloatVector.zero(Lanes.F);
        float least = 0;
        for (int to = 0; to < count; to += GROUP, at += Blocks.Q4_1) {
            FloatVector inBlock = FloatVector.zero(Lanes.F);
            for (int i = 0; i < 16; i += N) {
                IntVector pair = (IntVector) ByteVector.fromMemorySegment(B, blocks, at + 4 + i, Lanes.ORDER)
                        .convertShape(VectorOperators.ZERO_EXTEND_B2I, Lanes.I, 0);
                inBlock = ((FloatVector) pair.and(15).convert(VectorOperators.I2F, 0))
                        .fma(FloatVector.fromArray(Lanes.F, x, to + i), inBlock);
                inBlock = ((FloatVector) pair.lanewise(VectorOperators.LSHR, 4).convert(VectorOperators.I2F, 0))
                        .fma(FloatVector.fromArray(Lanes.F, x, to + 16 + i), inBlock);
            }
            sum = inBlock.fma(FloatVector.broadcast(Lanes.F, scales[to / GROUP]), sum);
            least += minima[to / GROUP] * sums[to / GROUP];
        }
        return Lanes.sum(sum.toArray()) + least;
    }

    @Override
    public float q80(MemorySegment blocks, long at, int count, float[] x) {
        float[] scales = Blocks.halves(blocks, at, Blocks.Q8_0, count / GROUP);
        FloatVector sum = FloatVector.zero(Lanes.F);
        for (int to = 0; to < count; to += GROUP, at += Blocks.Q8_0) {
            FloatVector inBlock = FloatVector.zero(Lanes.F);
            for (int i = 0; i < GROUP; i += N) {
                inBlock = ((FloatVector) ByteVector.fromMemorySegment(B, blocks, at + 2 + i, Lanes.ORDER)
                                .convertShape(VectorOperators.B2F, Lanes.F, 0))
                        .fma(FloatVector.fromArray(Lanes.F, x, to + i), inBlock);
            }
            sum = inBlock.fma(FloatVector.broadcast(Lanes.F, scales[to / GROUP]), sum);
        }
        return Lanes.sum(sum.toArray());
    }

    @Override
    public float q4k(MemorySegment blocks, long at, int count, float[] x, float[] sums) {
        float[] scales = new float[count / GROUP];
        float least = scales(blocks, at, scales, sums);
        FloatVector sum = FloatVector.zero(Lanes.F);
        for (int to = 0; to < count; to += Blocks.SUPER, at += Blocks.Q4_K) {
            for (int k = 0; k < 8; k += 2) {
                FloatVector low = FloatVector.zero(Lanes.F);
                FloatVector high = FloatVector.zero(Lanes.F);
                for (int i = 0; i < GROUP; i += N) {
                    IntVector pair =
                            (IntVector) ByteVector.fromMemorySegment(B, blocks, at + 16 + 16 * k + i, Lanes.ORDER)
                                    .convertShape(VectorOperators.ZERO_EXTEND_B2I, Lanes.I, 0);
                    low = ((FloatVector) pair.and(15).convert(VectorOperators.I2F, 0))
                            .fma(FloatVector.fromArray(Lanes.F, x, to + GROUP * k + i), low);
                    high = ((FloatVector) pair.lanewise(VectorOperators.LSHR, 4).convert(VectorOperators.I2F, 0))
                            .fma(FloatVector.fromArray(Lanes.F, x, to + GROUP * (k + 1) + i), high);
                }
                sum = low.fma(FloatVector.broadcast(Lanes.F, scales[to / GROUP + k]), sum);
                sum = high.fma(FloatVector.broadcast(Lanes.F, scales[to / GROUP + k + 1]), sum);
            }
        }
        return Lanes.sum(sum.toArray()) - least;
    }

    /** Each group's scale; the sum of minima times {@code sums}. */
    private static float scales(MemorySegment blocks, long at, float[] scales, float[] sums) {
        float least = 0;
        for (int group = 0; group < scales.length; group++) {
            long block = at + group / 8 * (long) Blocks.Q4_K;
            scales[group] = Blocks.half(blocks, block) * Blocks.scale(blocks, block + 4, group % 8);
            least += Blocks.half(blocks, block + 2) * Blocks.minimum(blocks, block + 4, group % 8) * sums[group];
        }
        return least;
    }

    @Override
    public float q6k(MemorySegment blocks, long at, int count, float[] x) {
        float[] scales = new float[count / 16];
        for (int group = 0; group < scales.length; group++) {
            long block = at + group / 16 * (long) Blocks.Q6_K;
            scales[group] =
                    Blocks.half(blocks, block + 208) * blocks.get(ValueLayout.JAVA_BYTE, block + 192 + group % 16);
        }
        FloatVector sum = FloatVector.zero(Lanes.F);
        for (int to = 0; to < count; to += Blocks.SUPER, at += Blocks.Q6_K) {
            for (int k = 0; k < 16; k++) {
                int quarter = k % 8 / 2; // of the 128 numbers of this half
                long lower = at + 64 * (k / 8) + 32 * (quarter % 2) + 16 * (k % 2);
                long upper = at + 128 + 32 * (k / 8) + 16 * (k % 2);
                FloatVector inGroup = FloatVector.zero(Lanes.F);
                for (int i = 0; i < 16; i += N) {
                    IntVector low = (IntVector) ByteVector.fromMemorySegment(B, blocks, lower + i, Lanes.ORDER)
                            .convertShape(VectorOperators.ZERO_EXTEND_B2I, Lanes.I, 0);
                    IntVector high = (IntVector) ByteVector.fromMemorySegment(B, blocks, upper + i, Lanes.ORDER)
                            .convertShape(VectorOperators.ZERO_EXTEND_B2I, Lanes.I, 0);
                    IntVector q = low.lanewise(VectorOperators.LSHR, 4 * (quarter / 2))
                            .and(15)
                            .or(high.lanewise(VectorOperators.LSHR, 2 * quarter)
                                    .and(3)
                                    .lanewise(VectorOperators.LSHL, 4));
                    inGroup = ((FloatVector) q.sub(32).convert(VectorOperators.I2F, 0))
                            .fma(FloatVector.fromArray(Lanes.F, x, to + 16 * k + i), inGroup);
                }
                sum = inGroup.fma(FloatVector.broadcast(Lanes.F, scales[to / 16 + k]), sum);
            }
        }
        return Lanes.sum(sum.toArray());
    }
}
