package dev.lathe.model;

import dev.lathe.tensor.kernel.Kernels;
import dev.lathe.tensor.kernel.Matrix;
import java.util.Optional;

/** {@link Block} for the few rows of {@link RowDecoder}, where a norm stands before each of its halves. */
record RowBlock(
        Kernels kernels,
        RowNorm attentionIn,
        RowSublayer attention,
        Optional<RowNorm> attentionOut,
        RowNorm mlpIn,
        RowSublayer mlp,
        Optional<RowNorm> mlpOut) {
    /**
     * x becomes the block's result.
     *
     * @param normed, branch [rows, hidden], to work in
     */
    void apply(RowPass pass, Matrix x, Matrix normed, Matrix branch) {
        attentionIn.apply(x, normed);
        attention.apply(pass, normed, branch);
        attentionOut.ifPresent(norm -> norm.apply(branch, branch));
        mlpIn.ofSum(x, branch, normed);
        mlp.apply(pass, normed, branch);
        mlpOut.ifPresent(norm -> norm.apply(branch, branch));
        kernels.sum().add(x, branch, x);
    }
}
