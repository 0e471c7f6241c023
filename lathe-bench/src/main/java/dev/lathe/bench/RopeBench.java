package dev.lathe.bench;

import dev.lathe.tensor.DType;
import dev.lathe.tensor.Matrices;
import dev.lathe.tensor.Tensor;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Rotary embedding of q and k in bf16, heads of 64, where they stand beside v. */
@State(Scope.Benchmark)
public class RopeBench {
    private static final int HEAD_DIM = 64;

    /** Rows, query heads, key heads. */
    @Param({"690x9x3", "2048x32x8"})
    public String shape = "";

    private Tensor qkv;
    private Tensor cos;
    private Tensor sin;
    private long rotated;

    @Setup
    public void fill() {
        Shape.Heads heads = Shape.Heads.parse(shape);
        rotated = (heads.heads() + heads.keyHeads()) * HEAD_DIM;
        qkv = new Shape(heads.rows(), rotated + heads.keyHeads() * HEAD_DIM).random(DType.BF16, 1);
        Tensor angles = new Shape(heads.rows(), HEAD_DIM / 2).random(DType.F32, 4);
        cos = angles.copy().fill(Math.sqrt(0.5)); // turning again and again must not make it grow
        sin = angles.copy().fill(Math.sqrt(0.5));
    }

    @Benchmark
    public void rotateKernel(Machine machine) {
        machine.kernels()
                .rope()
                .rotate(Matrices.of(qkv.narrow(1, 0, rotated)), Matrices.of(cos), Matrices.of(sin), HEAD_DIM, 1);
    }

    @Benchmark
    public void rotateLibtorch(Machine machine) {
        machine.onLibtorch(() -> {
            Tensor heads = qkv.narrow(1, 0, rotated).splitColumns(HEAD_DIM); // [tokens, heads, headDim]
            Tensor first = heads.narrow(2, 0, HEAD_DIM / 2);
            Tensor second = heads.narrow(2, HEAD_DIM / 2, HEAD_DIM / 2);
            Tensor c = cos.unsqueeze(1).to(DType.BF16);
            Tensor s = sin.unsqueeze(1).to(DType.BF16);
            Tensor left = first.times(c).addProductInPlace(second, s, -1);
            second.copyFrom(second.times(c).addProductInPlace(first, s, 1));
            first.copyFrom(left);
        });
    }
}
