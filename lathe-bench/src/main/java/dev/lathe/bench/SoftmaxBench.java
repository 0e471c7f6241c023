package dev.lathe.bench;

import dev.lathe.tensor.DType;
import dev.lathe.tensor.Matrices;
import dev.lathe.tensor.Tensor;
import dev.lathe.tensor.Tensors;
import dev.lathe.tensor.kernel.CausalRows;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Causal softmax of bf16 scores and its gradient, against the steps between the products of {@code Attention}. */
@State(Scope.Benchmark)
public class SoftmaxBench {
    /** Heads, queries, keys. */
    @Param({"9x173x173", "32x256x1024"})
    public String shape = "";

    private long heads;
    private long rows;
    private long keys;
    private CausalRows causal;
    private Tensor scores;
    private Tensor dp;
    private Tensor p;
    private Tensor ds;
    private Tensor lse;

    @Setup
    public void fill() {
        Shape.Heads sides = Shape.Heads.parse(shape);
        heads = sides.rows();
        rows = sides.heads();
        keys = sides.keyHeads();
        causal = new CausalRows(rows, keys - rows);
        Shape all = new Shape(heads * rows, keys);
        scores = all.random(DType.BF16, 1);
        dp = all.random(DType.BF16, 2);
        p = all.empty(DType.BF16);
        ds = all.empty(DType.BF16);
        lse = new Shape(heads * rows, 1).random(DType.F32, 3);
    }

    @Benchmark
    public void forwardKernel(Machine machine) {
        machine.kernels().softmax().forward(Matrices.of(scores), causal, 1, Matrices.of(p), lse.data());
    }

    @Benchmark
    public void forwardLibtorch(Machine machine) {
        machine.onLibtorch(() -> {
            Tensor wide = masked();
            wide.subtractInPlace(wide.logSumExp(1, true)).expInPlace().to(DType.BF16);
        });
    }

    @Benchmark
    public void gradientKernel(Machine machine) {
        machine.kernels()
                .softmax()
                .backward(Matrices.of(scores), causal, 1, lse.data(), Matrices.of(dp), Matrices.of(p), Matrices.of(ds));
    }

    @Benchmark
    public void gradientLibtorch(Machine machine) {
        machine.onLibtorch(() -> {
            Tensor wide = masked().subtractInPlace(lse).expInPlace();
            wide.to(DType.BF16);
            Tensor d = dp.to(DType.F32);
            d.subtractInPlace(d.times(wide).sum(1, true)).multiplyInPlace(wide).to(DType.BF16);
        });
    }

    private Tensor masked() {
        Tensor wide = scores.to(DType.F32);
        wide.reshape(heads, rows, keys)
                .narrow(2, keys - rows, rows)
                .addInPlace(Tensors.causalMask(DType.F32, rows, rows, 0));
        return wide;
    }
}
