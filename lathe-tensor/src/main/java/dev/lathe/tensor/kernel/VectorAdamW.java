package dev.lathe.tensor.kernel;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;

/** {@link AdamWKernel} straight on memory: nothing is read twice, so arrays between would only cost. */
record VectorAdamW(Workers workers) implements AdamWKernel {
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
        int whole = (int) (last - first) & -Lanes.N;
        update(states, factors, first * Float.BYTES, whole);
        if (compute.byteSize() > 0) {
            narrow(states.master(), first * Float.BYTES, compute, first * Short.BYTES, whole);
        }
        ScalarAdamW.step(states, factors, compute, first + whole, last);
    }

    private static void update(States states, Factors factors, long offset, int count) {
        FloatVector towards = FloatVector.broadcast(Lanes.F, factors.towardsGradient());
        for (int i = 0; i < count; i += Lanes.N) {
            long at = offset + 4L * i;
            FloatVector gradient = FloatVector.fromMemorySegment(Lanes.F, states.gradient(), at, Lanes.ORDER);
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

    /** What {@link #update} wrote is still in the second cache. */
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
