package dev.lathe.bench;

import dev.lathe.tensor.DType;
import dev.lathe.tensor.Scope;
import dev.lathe.tensor.Tensor;
import dev.lathe.tensor.Tensors;
import java.util.random.RandomGenerator;

/** Rows x columns as a benchmark's parameter, such as {@code 690x576}. */
record Shape(long rows, long columns) {
    static Shape parse(String text) {
        String[] sides = text.split("x", -1);
        return new Shape(Long.parseLong(sides[0]), Long.parseLong(sides[1]));
    }

    /** Normally distributed, the same at every call; lives until the process ends. */
    Tensor random(DType dtype, long seed) {
        RandomGenerator random = new java.util.SplittableRandom(seed);
        float[] values = new float[Math.toIntExact(rows * columns)];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return Scope.release(Tensors.of(values, rows, columns).to(dtype));
    }

    Tensor empty(DType dtype) {
        return Scope.release(Tensors.empty(dtype, rows, columns));
    }

    /** Rows and heads as a benchmark's parameter, such as {@code 690x9x3}. */
    record Heads(long rows, long heads, long keyHeads) {
        static Heads parse(String text) {
            String[] sides = text.split("x", -1);
            return new Heads(Long.parseLong(sides[0]), Long.parseLong(sides[1]), Long.parseLong(sides[2]));
        }
    }
}
