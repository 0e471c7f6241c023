package dev.lathe.tensor;

import dev.lathe.tensor.kernel.LowRankBackward;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The trained part of y = [x | low] [W | B]ᵀ with low = scaling · x Aᵀ, and what goes back through it.
 *
 * @param ups B, [out, room]
 * @param downs A, [room, in]
 * @param rank columns of B, and rows of A, that are in use: others are zeros
 */
public record LowRank(Tensor ups, Tensor downs, long rank, double scaling) {
    /**
     * @param dUps lowᵀ dy, [rank, out]
     * @param dDowns dLowᵀ x, [room, in]
     */
    public record Gradients(Tensor dUps, Tensor dDowns) {}

    /** @param dx dy W + dLow A, [tokens, in] */
    public record Whole(Tensor dx, Gradients own) {}

    /** scaling · dy B, [tokens, room]. */
    public Tensor dLow(Tensor dy) {
        return Tensors.empty(dy.dtype(), dy.size(0), ups.size(1)).setMatmul(dy, ups, scaling);
    }

    /** Of the trained part alone. dy: [tokens, out]; x: [tokens, in]; low: [tokens, room]. */
    public Gradients gradients(Tensor dy, Tensor dLow, Tensor x, Tensor low) {
        // So turned that the small one is; all layers that share x together, for one product is cheaper.
        return new Gradients(
                low.narrow(1, 0, rank).transpose(0, 1).matmul(dy),
                dLow.transpose(0, 1).matmul(x));
    }

    /**
     * Of everything.
     *
     * @param matrix W, [out, in]
     * @param wide [tokens, in + room]: x and low
     */
    public Whole gradients(Tensor matrix, Tensor dy, Tensor wide) {
        Tensor x = wide.narrow(1, 0, downs.size(1));
        Tensor low = wide.narrow(1, downs.size(1), downs.size(0));
        Tensor dx = Tensors.empty(dy.dtype(), dy.size(0), matrix.size(1));
        return Torch.inBlocks(dy.dtype())
                .map(Torch.InBlocks::lowRankBackward)
                .flatMap(blocks -> atOneLook(blocks, matrix, dy, x, low, dx))
                .orElseGet(() -> {
                    Tensor dLow = dLow(dy);
                    Gradients own = gradients(dy, dLow, x, low);
                    Products.sum(dx, dy, matrix, dLow, downs);
                    return new Whole(dx, own);
                });
    }

    /** Empty where that is not worth it, or tensors are of another type or layout. */
    private Optional<Whole> atOneLook(
            LowRankBackward blocks, Tensor matrix, Tensor dy, Tensor x, Tensor low, Tensor dx) {
        boolean readable = Stream.of(matrix, ups, downs, dy, x, low)
                .allMatch(tensor -> tensor.dtype() == DType.BF16 && Matrices.hasRows(tensor));
        if (!readable || dy.size(0) < Products.FEW) {
            return Optional.empty();
        }
        LowRankBackward.Layer layer = new LowRankBackward.Layer(
                Matrices.of(matrix), Matrices.of(ups), Matrices.of(downs), rank, (float) scaling);
        if (!layer.suits()) {
            return Optional.empty();
        }
        Gradients own = new Gradients(
                Tensors.empty(DType.BF16, rank, matrix.size(0)), Tensors.empty(DType.BF16, downs.shape()));
        try (Tensor memory = Tensors.empty(DType.U8, blocks.bytes(layer, dy.size(0)))) {
            blocks.run(
                    layer,
                    new LowRankBackward.Rows(Matrices.of(dy), Matrices.of(x), Matrices.of(low)),
                    new LowRankBackward.Gradients(Matrices.of(dx), Matrices.of(own.dUps()), Matrices.of(own.dDowns())),
                    memory.data());
        }
        return Optional.of(new Whole(dx, own));
    }
}
