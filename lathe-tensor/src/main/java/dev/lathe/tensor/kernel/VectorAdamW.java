package dev.lathe.tensor.kernel;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/** {@link AdamWKernel} straight on memory: nothing is read twice, so arrays between would only cost. */
record VectorAdamW(Workers workers) implements AdamWKernel {
    @Override
    public void step(States states, Factors factors) {
        RowParts.ofVector(states.count()).run(workers, (part, first, last) -> {
            long whole = wholeVectors(first, last);
            for (long i = first; i < whole; i += Lanes.N) {
                step(states, factors, i * Float.BYTES);
            }
            ScalarAdamW.step(states, factors, MemorySegment.NULL, whole, last);
        });
    }

    @Override
    public void step(States states, Factors factors, MemorySegment compute) {
        ScalarAdamW.requireCompute(states, compute);
        RowParts.ofVector(states.count()).run(workers, (part, first, last) -> {
            long whole = wholeVectors(first, last);
            for (long i = first; i < whole; i += Lanes.N) {
                FloatVector master = step(states, factors, i * Float.BYTES);
                Lanes.narrowed(master).intoMemorySegment(compute, i * Short.BYTES, Lanes.ORDER);
            }
            ScalarAdamW.step(states, factors, compute, whole, last);
        });
    }

    private static long wholeVectors(long first, long last) {
        return first + ((last - first) & -Lanes.N);
    }

    private static FloatVector step(States states, Factors factors, long offset) {
        FloatVector gradient = load(states.gradient(), offset);
        FloatVector mean = load(states.mean(), offset);
        mean = gradient.sub(mean).fma(FloatVector.broadcast(Lanes.F, factors.towardsGradient()), mean);
        mean.intoMemorySegment(states.mean(), offset, Lanes.ORDER);
        FloatVector square = load(states.square(), offset).mul(factors.squareDecay());
        square = gradient.mul(factors.squareWeight()).fma(gradient, square);
        square.intoMemorySegment(states.square(), offset, Lanes.ORDER);
        FloatVector root = square.sqrt().mul(factors.rootScale()).add(factors.epsilon());
        FloatVector master = load(states.master(), offset).mul(factors.masterDecay());
        master = master.add(mean.mul(-factors.stepSize()).div(root));
        master.intoMemorySegment(states.master(), offset, Lanes.ORDER);
        return master;
    }

    private static FloatVector load(MemorySegment floats, long offset) {
        return FloatVector.fromMemorySegment(Lanes.F, floats, offset, Lanes.ORDER);
    }
}
