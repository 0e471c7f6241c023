package dev.lathe.tensor;

import dev.lathe.tensor.kernel.Kernels;
import dev.lathe.tensor.kernel.Matrix;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * {@link Attention} in pieces that threads take one after the other, each some key heads of a segment with the query
 * heads that share them: in tiles where this host multiplies them ({@link TiledHeads}), otherwise by products of libtorch.
 *
 * @param kernels that stay on the calling thread
 */
record HeadAttention(Attention shape, Kernels kernels) {
    /** Writes out, [tokens, heads · headDim], and one logsumexp a query, [heads, tokens]. */
    void forward(Tensor qkv, Segments segments, Tensor out, Tensor logSum) {
        Optional<TiledHeads> tiled = tiled(qkv.dtype());
        if (tiled.isPresent()) {
            tiled.get().forward(qkv, segments, out, logSum);
            return;
        }
        Matrix from = Matrices.of(qkv);
        Matrix to = Matrices.of(out);
        run(segments, piece -> piece.forward(from, to, logSum.data()));
    }

    /** Writes the gradient of qkv. */
    void backward(Tensor qkv, Segments segments, Tensor out, Tensor logSum, Tensor dOut, Tensor gradient) {
        Optional<TiledHeads> tiled = tiled(qkv.dtype());
        if (tiled.isPresent()) {
            tiled.get().backward(qkv, segments, out, logSum, dOut, gradient);
            return;
        }
        Matrix from = Matrices.of(qkv);
        Matrix above = Matrices.of(dOut);
        Matrix to = Matrices.of(gradient);
        run(segments, piece -> piece.backward(from, logSum.data(), above, to));
    }

    private Optional<TiledHeads> tiled(DType dtype) {
        return dtype == DType.BF16 && shape.headDim() % 2 == 0
                ? Torch.tiles().map(tiles -> TiledHeads.of(shape, tiles, kernels))
                : Optional.empty();
    }

    private void run(Segments segments, Consumer<HeadPiece> step) {
        List<HeadPiece> pieces = new ArrayList<>();
        int start = 0;
        for (int length : segments.lengths()) {
            if (length > 0) {
                HeadPiece.of(shape, kernels, start, length).forEach(pieces::add);
            }
            start += length;
        }
        // Longest first, so that no thread is left alone with a long one.
        pieces.sort(Comparator.comparingInt(HeadPiece::length).reversed());
        Torch.workers().run(pieces.size(), i -> {
            try (Scope scope = Scope.open()) {
                step.accept(pieces.get(i));
            }
        });
    }
}
