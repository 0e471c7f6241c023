package dev.lathe.bench;

import dev.lathe.tensor.DType;
import dev.lathe.tensor.Tensor;
import dev.lathe.tensor.kernel.AdamWKernel;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** A step of AdamW with its bf16 copy, against the operations of lathe-train's. */
@State(Scope.Benchmark)
public class AdamWBench {
    @Param({"65536", "8388608"})
    public long count;

    private Tensor master;
    private Tensor gradient;
    private Tensor mean;
    private Tensor square;
    private Tensor compute;

    @Setup
    public void fill() {
        Shape row = new Shape(1, count);
        master = row.random(DType.F32, 1);
        gradient = row.random(DType.F32, 2);
        mean = row.random(DType.F32, 3);
        square = row.random(DType.F32, 4).square();
        compute = row.empty(DType.BF16);
    }

    @Benchmark
    public void stepKernel(Machine machine) {
        AdamWKernel.States states = new AdamWKernel.States(master.data(), gradient.data(), mean.data(), square.data());
        machine.kernels()
                .adamW()
                .step(states, AdamWKernel.Factors.of(0.9, 0.999, 1e-8, 0.01, 1e-4, 100, 1), compute.data());
    }

    @Benchmark
    public void stepLibtorch(Machine machine) {
        machine.onLibtorch(() -> {
            mean.addInPlace(gradient.minus(mean), 0.1);
            square.multiplyInPlace(0.999).addProductInPlace(gradient, gradient, 0.001);
            Tensor root = square.sqrt().multiplyInPlace(3).addInPlace(1e-8);
            master.multiplyInPlace(0.999).addQuotientInPlace(mean, root, -1e-4);
            compute.copyFrom(master);
        });
    }
}
