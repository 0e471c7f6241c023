package dev.lathe.bench;

import dev.lathe.bench.Shape.Heads;
import dev.lathe.tensor.Attention;
import dev.lathe.tensor.DType;
import dev.lathe.tensor.Matrices;
import dev.lathe.tensor.Tensor;
import dev.lathe.tensor.kernel.Element;
import dev.lathe.tensor.kernel.Matrix;
import dev.lathe.tensor.kernel.RowAttentionKernel;
import java.util.List;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** The newest token of a text looks back: against the batched products of {@link Attention#extend}. */
@State(Scope.Benchmark)
public class RowAttentionBench {
    private static final int WIDTH = 64;

    /** Tokens, query heads and key heads of 64. */
    @Param({"512x9x3", "4096x32x8"})
    public String shape = "";

    private Tensor q;
    private Tensor keys;
    private Tensor values;
    private Tensor out;
    private Heads heads;

    @Setup
    public void fill() {
        heads = Heads.parse(shape);
        q = new Shape(1, heads.heads() * WIDTH).random(DType.BF16, 1);
        keys = new Shape(heads.rows(), heads.keyHeads() * WIDTH).random(DType.BF16, 2);
        values = new Shape(heads.rows(), heads.keyHeads() * WIDTH).random(DType.BF16, 3);
        out = new Shape(1, heads.heads() * WIDTH).empty(DType.BF16);
    }

    @Benchmark
    public void attendKernel(Machine machine) {
        RowAttentionKernel kernel = machine.kernels().rowAttention();
        Matrix all = Matrices.of(keys);
        int block = kernel.block(Element.BF16); // random numbers are as good in blocks
        Matrix blocks = Matrix.of(all.data(), Element.BF16, all.rows() * all.columns() / block, block);
        RowAttentionKernel.Heads shape = new RowAttentionKernel.Heads(
                (int) heads.heads(), (int) heads.keyHeads(), WIDTH, WIDTH, 0.125f, 0, 0, new float[0], new float[0]);
        kernel.attend(
                shape,
                Matrices.of(q),
                List.of(new RowAttentionKernel.Text(blocks, Matrices.of(values), (int) heads.rows())),
                Matrices.of(out));
    }

    @Benchmark
    public void attendLibtorch(Machine machine) {
        Attention attention = new Attention((int) heads.heads(), (int) heads.keyHeads(), WIDTH, 0.125);
        machine.onLibtorch(() -> attention.extend(q, keys, values));
    }
}
