package dev.lathe.tensor.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;

/**
 * {@link AdamWKernel} straight on memory: nothing is read twice, so arrays between would only cost. The gradient alone goes
 * through one, where its type is dealt with.
 */
record VectorAdamW(Workers workers) implements AdamWKernel {
    /** Numbers of which everything fits in the first cache. */
    private static final int STRETCH = 1024;

    @Override
    public void step(States states, Factors factors) {
        RowParts.ofVector(states.count())
                .run(workers, (part, first, last) -> step(states, factors, MemorySegment.NULL, first, last));
    }

    @Override
    public void step(States states, Factors factors, MemorySegment compute) {
        ScalarAdamW.requireCompute(states, compute);
        RowParts.ofVector(states.count())
                .run(workers, (part, first, last) -> step(states, factors, compute, first, last));
    }

    private static void step(States states, Factors factors, MemorySegment compute, long first, long last) {
        long end = first + ((last - first) & -Lanes.N);
        float[] gradient = Lanes.array(STRETCH);
        for (long from = first; from < end; from += STRETCH) {
            int count = (int) Math.min(STRETCH, end - from);
            read(states, from, count, gradient);
            update(states, gradient, factors, from * Float.BYTES, count);
            if (compute.byteSize() > 0) {
                narrow(states.master(), from * Float.BYTES, compute, from * Short.BYTES, count);
            }
        }
        ScalarAdamW.step(states, factors, compute, end, last);
    }

    private static void read(States states, long from, int count, float[] gradient) {
        if (states.gradientType() == Element.BF16) {
            Lanes.widen(states.gradient(), from * Short.BYTES, count, gradient);
        } else {
            MemorySegment.copy(
                    states.gradient(), ValueLayout.JAVA_FLOAT_UNALIGNED, from * Float.BYTES, gradient, 0, count);
        }
    }

    private static void update(States states, float[] gradients, Factors factors, long offset, int count) {
        FloatVector towards = FloatVector.broadcast(Lanes.F, factors.towardsGradient());
        for (int i = 0; i < count; i += Lanes.N) {
            long at = offset + 4L * i;
            FloatVector gradient = FloatVector.fromArray(Lanes.F, gradients, i).mul(factors.scale());
            FloatVector mean = FloatVector.fromMemorySegment(Lanes.F, states.mean(), at, Lanes.ORDER);
            FloatVector square = FloatVector.fromMemorySegment(Lanes.F, states.square(), at, Lanes.ORDER);
            FloatVector master = FloatVector.fromMemorySegment(Lanes.F, states.master(), at, Lanes.ORDER);
            mean = gradient.sub(mean).fma(towards, mean);
            mean.intoMemorySegment(states.mean(), at, Lanes.ORDER);
            square = gradient.mul(factors.squareWeight()).fma(gradient, square.mul(factors.squareDecay()));
            square.intoMemorySegment(states.square(), at, Lanes.ORDER);
            FloatVector root = square.sqrt().mul(factors.rootScale()).add(factors.epsilon());
            master = master.mul(factors.masterDecay())
                    .add(mean.mul(-factors.stepSize()).div(root));
            master.intoMemorySegment(states.master(), at, Lanes.ORDER);
        }
    }

    /** What {@link #update} wrote is still in the first cache. */
    private static void narrow(MemorySegment from, long offset, MemorySegment to, long toOffset, int count) {
        for (int i = 0; i < count; i += Lanes.N) {
            FloatVector v = FloatVector.fromMemorySegment(Lanes.F, from, offset + 4L * i, Lanes.ORDER);
            IntVector bits = v.reinterpretAsInts();
            bits = bits.add(0x7FFF).add(bits.lanewise(VectorOperators.LSHR, 16).and(1));
            bits = bits.lanewise(VectorOperators.LSHR, 16)
                    .blend(Lanes.NAN, v.test(VectorOperators.IS_NAN).cast(Lanes.I));
            ((ShortVector) bits.convertShape(VectorOperators.I2S, Lanes.S, 0))
                    .intoMemorySegment(to, toOffset + 2L * i, Lanes.ORDER);
        }
    }
}
