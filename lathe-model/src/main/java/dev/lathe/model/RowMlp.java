package dev.lathe.model;

import dev.lathe.tensor.kernel.Matrix;

/** {@link Mlp} for the few rows of {@link RowDecoder}. */
record RowMlp(RowMemory memory, RowLinear up, RowLinear down) implements RowSublayer {
    @Override
    public void apply(RowPass pass, Matrix x, Matrix y) {
        Matrix wide = memory.matrix(memory.wide(), pass.rows(), 2 * memory.inner());
        Matrix bent = memory.matrix(memory.bent(), pass.rows(), memory.inner());
        up.apply(x, wide);
        memory.kernels().swiGlu().forward(wide, bent);
        down.apply(bent, y);
    }
}
