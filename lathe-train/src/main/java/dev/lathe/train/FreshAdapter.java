package dev.lathe.train;

import dev.lathe.tensor.DType;
import dev.lathe.tensor.Philox;
import dev.lathe.tensor.Scope;
import dev.lathe.tensor.Tensor;
import dev.lathe.tensor.Tensors;
import java.util.function.Supplier;

/**
 * An adapter that changes nothing yet: A uniform in ±1/√in (He et al. 2015's uniform with a = √5, as PEFT), B zero; modules
 * trained whole start as the checkpoint has them. Like the reference's, A is rounded to the type of the arithmetic.
 */
public record FreshAdapter(long seed) implements AdapterStart {
    @Override
    public Tensor factor(String name, DType computeType, long rows, long columns) {
        if (PeftNames.isUp(name)) {
            return Scope.release(Tensors.zeros(DType.F32, rows, columns));
        }
        try (Scope scope = Scope.open()) {
            float[] values = uniform(name, Math.toIntExact(rows * columns), 1 / Math.sqrt(columns));
            return Scope.release(
                    Tensors.of(values, rows, columns).to(computeType).to(DType.F32));
        }
    }

    @Override
    public Tensor whole(String name, Supplier<Tensor> checkpoint) {
        return checkpoint.get();
    }

    private float[] uniform(String name, int count, double bound) {
        float[] values = new float[count];
        int[] words = new int[4];
        for (int i = 0; i < count; i++) {
            if (i % 4 == 0) {
                Philox.block(i / 4, 0, 0, name.hashCode(), (int) (seed ^ (seed >>> 32)), 0, words, 0);
            }
            double unit = (words[i % 4] >>> 8) * 0x1p-24;
            values[i] = (float) ((2 * unit - 1) * bound);
        }
        return values;
    }
}
