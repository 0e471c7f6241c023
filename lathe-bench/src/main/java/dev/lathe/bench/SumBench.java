package dev.lathe.bench;

import dev.lathe.tensor.DType;
import dev.lathe.tensor.Matrices;
import dev.lathe.tensor.Tensor;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** bf16 added to float32, and the gradient norm's sum. */
@State(Scope.Benchmark)
public class SumBench {
    @Param({"690x576", "2048x2048"})
    public String shape = "";

    private Tensor sum;
    private Tensor addend;

    @Setup
    public void fill() {
        sum = Shape.parse(shape).random(DType.F32, 1);
        addend = Shape.parse(shape).random(DType.BF16, 2);
    }

    @Benchmark
    public void addKernel(Machine machine) {
        machine.kernels().sum().add(Matrices.of(sum), Matrices.of(addend));
    }

    @Benchmark
    public void addLibtorch(Machine machine) {
        machine.onLibtorch(() -> sum.addInPlace(addend));
    }

    @Benchmark
    public double squaresKernel(Machine machine) {
        return machine.kernels().sum().squares(sum.data());
    }

    @Benchmark
    public double squaresLibtorch(Machine machine) {
        return sum.norm();
    }
}
