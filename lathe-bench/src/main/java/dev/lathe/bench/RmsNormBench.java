package dev.lathe.bench;

import dev.lathe.tensor.DType;
import dev.lathe.tensor.Matrices;
import dev.lathe.tensor.Tensor;
import java.util.Optional;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** RMSNorm of bf16 rows: alone, after a residual addition, and with its gradient. */
@State(Scope.Benchmark)
public class RmsNormBench {
    private static final float EPSILON = 1e-5f;

    @Param({"690x576", "2048x2048"})
    public String shape = "";

    private Tensor x;
    private Tensor branch;
    private Tensor weight;
    private Tensor dy;
    private Tensor sum;
    private Tensor y;
    private Tensor rstd;

    @Setup
    public void fill() {
        Shape rows = Shape.parse(shape);
        x = rows.random(DType.BF16, 1);
        dy = rows.random(DType.BF16, 2);
        branch = rows.random(DType.BF16, 4);
        sum = rows.empty(DType.BF16);
        y = rows.empty(DType.BF16);
        weight = new Shape(1, rows.columns()).random(DType.BF16, 3);
        rstd = new Shape(rows.rows(), 1).empty(DType.F32);
    }

    @Benchmark
    public void forwardKernel(Machine machine) {
        machine.kernels().rmsNorm().forward(Matrices.of(x), Matrices.of(weight), EPSILON, Matrices.of(y), rstd.data());
    }

    @Benchmark
    public void forwardLibtorch(Machine machine) {
        machine.onLibtorch(() -> normed(x, inverse(x)));
    }

    @Benchmark
    public void residualKernel(Machine machine) {
        machine.kernels()
                .rmsNorm()
                .forward(
                        Matrices.of(x),
                        Matrices.of(branch),
                        Matrices.of(weight),
                        EPSILON,
                        Matrices.of(sum),
                        Matrices.of(y),
                        rstd.data());
    }

    @Benchmark
    public void residualLibtorch(Machine machine) {
        machine.onLibtorch(() -> {
            Tensor added = x.plus(branch);
            normed(added, inverse(added));
        });
    }

    @Benchmark
    public void withGradientKernel(Machine machine) {
        forwardKernel(machine);
        machine.kernels()
                .rmsNorm()
                .backward(
                        Matrices.of(dy),
                        Matrices.of(x),
                        Matrices.of(weight),
                        rstd.data(),
                        Optional.empty(),
                        Matrices.of(y));
    }

    @Benchmark
    public void withGradientLibtorch(Machine machine) {
        machine.onLibtorch(() -> {
            Tensor inverse = inverse(x);
            normed(x, inverse);
            Tensor unit = x.to(DType.F32).times(inverse);
            Tensor dUnit = dy.to(DType.F32).times(weight.to(DType.F32));
            Tensor along = dUnit.times(unit).mean(-1, true);
            dUnit.addProductInPlace(unit, along, -1).multiplyInPlace(inverse).to(DType.BF16);
        });
    }

    /** 1 / the root of the mean square of each row, float32 [rows, 1]. */
    private static Tensor inverse(Tensor x) {
        return x.to(DType.F32).square().mean(-1, true).addInPlace(EPSILON).rsqrt();
    }

    private Tensor normed(Tensor x, Tensor inverse) {
        return x.to(DType.F32).times(inverse).to(DType.BF16).times(weight);
    }
}
