package dev.lathe.bench;

import dev.lathe.tensor.DType;
import dev.lathe.tensor.Matrices;
import dev.lathe.tensor.Tensor;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** SwiGLU of bf16 rows, alone and with its gradient. */
@State(Scope.Benchmark)
public class SwiGluBench {
    /** Rows x intermediate. */
    @Param({"690x1536", "2048x5632"})
    public String shape = "";

    private Tensor gateUp;
    private Tensor dGateUp;
    private Tensor dy;
    private Tensor y;

    @Setup
    public void fill() {
        Shape rows = Shape.parse(shape);
        Shape both = new Shape(rows.rows(), 2 * rows.columns());
        dy = rows.random(DType.BF16, 3);
        y = rows.empty(DType.BF16);
        gateUp = both.random(DType.BF16, 4);
        dGateUp = both.empty(DType.BF16);
    }

    @Benchmark
    public void forwardKernel(Machine machine) {
        machine.kernels().swiGlu().forward(Matrices.of(gateUp), Matrices.of(y));
    }

    @Benchmark
    public void forwardLibtorch(Machine machine) {
        machine.onLibtorch(this::gated);
    }

    @Benchmark
    public void withGradientKernel(Machine machine) {
        forwardKernel(machine);
        machine.kernels().swiGlu().backward(Matrices.of(dy), Matrices.of(gateUp), Matrices.of(dGateUp));
    }

    @Benchmark
    public void withGradientLibtorch(Machine machine) {
        machine.onLibtorch(() -> {
            gated();
            half(dGateUp, 1).copyFrom(half(gateUp, 0).silu().multiplyInPlace(dy));
            half(dGateUp, 0).copyFrom(half(gateUp, 0).siluGradient(dy.times(half(gateUp, 1))));
        });
    }

    private Tensor gated() {
        return half(gateUp, 0).silu().multiplyInPlace(half(gateUp, 1));
    }

    /** The gate, or what it opens for. */
    private static Tensor half(Tensor gateUp, int which) {
        long width = gateUp.size(1) / 2;
        return gateUp.narrow(1, which * width, width);
    }
}
