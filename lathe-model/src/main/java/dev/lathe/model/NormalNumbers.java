package dev.lathe.model;

import dev.lathe.tensor.DType;
import dev.lathe.tensor.Philox;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Normal numbers in float32: Box and Muller's transform of pairs of uniform ones. Some 40 ns each. */
record NormalNumbers(double deviation, long seed) implements FreshNumbers {
    @Override
    public DType dtype() {
        return DType.F32;
    }

    @Override
    public void fill(String name, MemorySegment data, long count) {
        int[] words = new int[4];
        for (long i = 0; i < count; i++) {
            int lane = (int) (i % 4);
            if (lane == 0) {
                int block = Math.toIntExact(i / 4);
                Philox.block(block, 0, 0, name.hashCode(), (int) (seed ^ (seed >>> 32)), 1, words, 0);
            }
            double radius = Math.sqrt(-2 * Math.log(unit(words[lane & 2])));
            double angle = 2 * Math.PI * unit(words[(lane & 2) + 1]);
            double normal = radius * (lane % 2 == 0 ? Math.cos(angle) : Math.sin(angle));
            data.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) (normal * deviation));
        }
    }

    /** In (0, 1]. */
    private static double unit(int word) {
        return (Integer.toUnsignedLong(word) + 1) * 0x1p-32;
    }
}
