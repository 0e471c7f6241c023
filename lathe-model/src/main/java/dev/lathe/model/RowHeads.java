package dev.lathe.model;

import dev.lathe.tensor.kernel.Kernels;
import dev.lathe.tensor.kernel.Matrix;
import dev.lathe.tensor.kernel.RowAttentionKernel;
import java.util.List;

/**
 * {@link HeadedAttention} for the few rows of {@link RowDecoder}.
 *
 * @param norms of queries and of keys, or none
 */
record RowHeads(
        RowMemory memory,
        int layer,
        RowLinear qkv,
        List<Normed> norms,
        LayerAttention attention,
        RowAttentionKernel.Heads heads,
        RowLinear output)
        implements RowSublayer {
    /**
     * A norm of some columns of queries, keys and values.
     *
     * @param width of what is normed: a head, or all columns
     */
    record Normed(RowNorm norm, long from, long columns, long width) {
        void apply(Matrix qkv) {
            for (long row = 0; row < qkv.rows(); row++) {
                Matrix heads = qkv.row(row).slice(from, columns).split(width);
                norm.apply(heads, heads);
            }
        }
    }

    @Override
    public void apply(RowPass pass, Matrix x, Matrix y) {
        Kernels kernels = memory.kernels();
        long queries = (long) heads.heads() * heads.keyDim();
        long keys = (long) heads.keyHeads() * heads.keyDim();
        Matrix all = memory.matrix(memory.qkv(), pass.rows(), queries + 2 * keys);
        qkv.apply(x, all);
        norms.forEach(norm -> norm.apply(all));
        RowPass.Turn turn = pass.turn(layer);
        kernels.rope().rotate(all.slice(0, queries + keys), turn.cos(), turn.sin(), heads.keyDim(), 1);
        Matrix attended = memory.matrix(memory.attended(), pass.rows(), queries);
        List<RowAttentionKernel.Text> texts =
                attention.looks(pass.texts(), all.slice(queries, keys), all.slice(queries + keys, keys), layer);
        kernels.rowAttention().attend(heads, all.slice(0, queries), texts, attended);
        output.apply(attended, y);
    }
}
