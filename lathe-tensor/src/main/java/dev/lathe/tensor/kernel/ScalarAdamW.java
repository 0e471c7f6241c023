package dev.lathe.tensor.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** {@link AdamWKernel} in plain Java. */
record ScalarAdamW(Workers workers) implements AdamWKernel {
    @Override
    public void step(States states, Factors factors) {
        RowParts.ofVector(states.count())
                .run(workers, (part, first, last) -> step(states, factors, MemorySegment.NULL, first, last));
    }

    @Override
    public void step(States states, Factors factors, MemorySegment compute) {
        requireCompute(states, compute);
        RowParts.ofVector(states.count())
                .run(workers, (part, first, last) -> step(states, factors, compute, first, last));
    }

    static void requireCompute(States states, MemorySegment compute) {
        if (compute.byteSize() != states.count() * Short.BYTES) {
            throw new IllegalArgumentException(
                    states.count() + " BF16 numbers do not take " + compute.byteSize() + " bytes");
        }
    }

    /** Numbers {@code first} to {@code last}; writes no copy where {@code compute} is empty. */
    static void step(States states, Factors factors, MemorySegment compute, long first, long last) {
        for (long i = first; i < last; i++) {
            float gradient = factors.scale()
                    * (states.gradientType() == Element.BF16
                            ? Bf16.get(states.gradient(), i)
                            : Floats.get(states.gradient(), i));
            float mean = Floats.get(states.mean(), i);
            mean = Math.fma(gradient - mean, factors.towardsGradient(), mean);
            float square = Floats.get(states.square(), i) * factors.squareDecay();
            square = Math.fma(factors.squareWeight() * gradient, gradient, square);
            float root = (float) Math.sqrt(square) * factors.rootScale() + factors.epsilon();
            float master = Floats.get(states.master(), i) * factors.masterDecay();
            master += -factors.stepSize() * mean / root;
            Floats.set(states.mean(), i, mean);
            Floats.set(states.square(), i, square);
            Floats.set(states.master(), i, master);
            if (compute.byteSize() > 0) {
                compute.set(ValueLayout.JAVA_SHORT_UNALIGNED, i * Short.BYTES, Bf16.narrow(master));
            }
        }
    }
}
