package dev.lathe.bench;

import dev.lathe.tensor.DType;
import dev.lathe.tensor.Matrices;
import dev.lathe.tensor.Operand;
import dev.lathe.tensor.Residual;
import dev.lathe.tensor.RmsNorm;
import dev.lathe.tensor.Tape;
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
        machine.onLibtorch(() -> new RmsNorm(EPSILON).apply(Tape.off(), x, Operand.fixed(weight)));
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
        machine.onLibtorch(() ->
                new RmsNorm(EPSILON).apply(Tape.off(), Residual.add(Tape.off(), x, branch), Operand.fixed(weight)));
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
            Tape tape = Tape.recording();
            tape.watch(x);
            tape.backward(new RmsNorm(EPSILON).apply(tape, x, Operand.fixed(weight)), dy);
        });
    }
}
