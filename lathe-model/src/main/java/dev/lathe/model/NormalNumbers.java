package dev.lathe.model;

import dev.lathe.tensor.DType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** {@link NormalDraws} in float32. Some 40 ns each. */
record NormalNumbers(double deviation, long seed) implements FreshNumbers {
    @Override
    public DType dtype() {
        return DType.F32;
    }

    @Override
    public void fill(String name, MemorySegment data, long count) {
        NormalDraws draws = new NormalDraws(name, seed, 1);
        for (long i = 0; i < count; i++) {
            data.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) (draws.at(i) * deviation));
        }
    }
}
