package dev.lathe.bench;

import dev.lathe.tensor.DType;
import dev.lathe.tensor.Operand;
import dev.lathe.tensor.RmsNorm;
import dev.lathe.tensor.Tape;
import dev.lathe.tensor.Tensor;
import dev.lathe.tensor.kernel.Matrix;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** RMSNorm of bf16 rows, forward alone and with its gradient. */
@State(Scope.Benchmark)
public class RmsNormBench {
    @Param({"690x576", "2048x2048"})
    public String shape = "";

    private Tensor x;
    private Tensor weight;
    private Tensor dy;
    private Tensor y;
    private Tensor rstd;

    @Setup
    public void fill() {
        Shape rows = Shape.parse(shape);
        x = rows.random(DType.BF16, 1);
        dy = rows.random(DType.BF16, 2);
        y = rows.empty(DType.BF16);
        weight = new Shape(1, rows.columns()).random(DType.BF16, 3);
        rstd = new Shape(rows.rows(), 1).empty(DType.F32);
    }

    @Benchmark
    public void forwardKernel(Machine machine) {
        machine.kernels().rmsNorm().forward(Matrix.of(x), Matrix.of(weight), 1e-5f, Matrix.of(y), rstd.data());
    }

    @Benchmark
    public void forwardLibtorch(Machine machine) {
        try (dev.lathe.tensor.Scope scope = dev.lathe.tensor.Scope.open()) {
            new RmsNorm(1e-5).apply(Tape.off(), x, Operand.fixed(weight));
        }
    }

    @Benchmark
    public void bothKernel(Machine machine) {
        machine.kernels().rmsNorm().forward(Matrix.of(x), Matrix.of(weight), 1e-5f, Matrix.of(y), rstd.data());
        machine.kernels().rmsNorm().backward(Matrix.of(dy), Matrix.of(x), Matrix.of(weight), rstd.data(), Matrix.of(y));
    }

    @Benchmark
    public void bothLibtorch(Machine machine) {
        try (dev.lathe.tensor.Scope scope = dev.lathe.tensor.Scope.open()) {
            Tape tape = Tape.recording();
            tape.watch(x);
            Tensor out = new RmsNorm(1e-5).apply(tape, x, Operand.fixed(weight));
            tape.backward(out, dy);
        }
    }
}
