package dev.lathe.bench;

import dev.lathe.tensor.DType;
import dev.lathe.tensor.Matrices;
import dev.lathe.tensor.Tensor;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** x Wᵀ for the rows of a few texts. The matrix stays in the second cache; in generation it comes from memory. */
@State(Scope.Benchmark)
public class RowProductBench {
    @Param({"1", "4", "8", "16"})
    public int rows;

    /** The matrix. */
    @Param("960x576")
    public String shape = "";

    private Tensor x;
    private Tensor weight;
    private Tensor y;

    @Setup
    public void fill() {
        Shape matrix = Shape.parse(shape);
        x = new Shape(rows, matrix.columns()).random(DType.BF16, 1);
        weight = matrix.random(DType.BF16, 2);
        y = new Shape(rows, matrix.rows()).empty(DType.BF16);
    }

    @Benchmark
    public void multiplyKernel(Machine machine) {
        machine.kernels().rowProduct().multiply(Matrices.of(x), Matrices.of(weight), Matrices.of(y));
    }

    @Benchmark
    public void multiplyLibtorch(Machine machine) {
        machine.onLibtorch(() -> y.setMatmul(x, weight.transpose(0, 1), 1));
    }
}
