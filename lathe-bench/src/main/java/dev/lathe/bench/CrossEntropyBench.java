package dev.lathe.bench;

import dev.lathe.tensor.DType;
import dev.lathe.tensor.Matrices;
import dev.lathe.tensor.Tensor;
import dev.lathe.tensor.Tensors;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** A chunk of bf16 logits to loss and gradient, against the steps between the products of {@code CrossEntropy}. */
@State(Scope.Benchmark)
public class CrossEntropyBench {
    /** Rows x vocabulary. */
    @Param({"256x49152", "64x151936"})
    public String shape = "";

    private Tensor logits;
    private Tensor dLogits;
    private Tensor targets;
    private Tensor losses;
    private Tensor lse;
    private Tensor targetLogits;

    @Setup
    public void fill() {
        Shape rows = Shape.parse(shape);
        logits = rows.random(DType.BF16, 1);
        dLogits = rows.empty(DType.BF16);
        targets = Tensors.zeros(DType.I64, rows.rows(), 1);
        losses = Tensors.empty(DType.F64, rows.rows());
        lse = Tensors.empty(DType.F32, rows.rows());
        targetLogits = Tensors.empty(DType.F32, rows.rows());
    }

    @Benchmark
    public void gradientKernel(Machine machine) {
        machine.kernels()
                .crossEntropy()
                .gradient(Matrices.of(logits), targets.data(), 0.01f, Matrices.of(dLogits), losses.data());
    }

    @Benchmark
    public void gradientLibtorch(Machine machine) {
        machine.onLibtorch(() -> {
            Tensor p = logits.to(DType.F32);
            Tensor sum = p.logSumExp(1, true);
            sum.minus(p.gather(1, targets)).sum();
            p.subtractInPlace(sum).expInPlace();
            p.scatterAddInPlace(
                    1, targets, Tensors.empty(DType.F32, logits.size(0), 1).fill(-1));
            p.multiplyInPlace(0.01).to(DType.BF16);
        });
    }

    @Benchmark
    public void measureKernel(Machine machine) {
        machine.kernels().crossEntropy().measure(Matrices.of(logits), targets.data(), lse.data(), targetLogits.data());
    }

    @Benchmark
    public void measureLibtorch(Machine machine) {
        machine.onLibtorch(() -> {
            Tensor p = logits.to(DType.F32);
            p.logSumExp(1, true).minus(p.gather(1, targets)).sum();
        });
    }
}
