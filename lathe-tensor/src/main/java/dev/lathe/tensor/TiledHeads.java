package dev.lathe.tensor;

import dev.lathe.tensor.kernel.Kernels;
import dev.lathe.tensor.kernel.Matrix;
import dev.lathe.tensor.kernel.TileAttention;
import dev.lathe.tensor.kernel.TileAttention.Piece;
import dev.lathe.tensor.kernel.TileProduct;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.function.IntToLongFunction;

/** {@link HeadAttention} of BF16 heads by {@link TileAttention}: a key head of a segment at a time. */
record TiledHeads(TileAttention tiles) {
    static TiledHeads of(Attention shape, TileProduct tiles, Kernels kernels) {
        return new TiledHeads(new TileAttention(
                tiles, kernels.pack(), kernels.tileSoftmax(), shape.heads(), shape.keyHeads(), shape.headDim(), (float)
                        shape.scale()));
    }

    void forward(Tensor qkv, Segments segments, Tensor out, Tensor logSum) {
        Matrix from = Matrices.of(qkv);
        Matrix to = Matrices.of(out);
        MemorySegment sums = logSum.data();
        run(segments, tiles::forwardBytes, (piece, memory) -> tiles.forward(piece, from, to, sums, memory));
    }

    void backward(Tensor qkv, Segments segments, Tensor out, Tensor logSum, Tensor dOut, Tensor gradient) {
        Matrix from = Matrices.of(qkv);
        Matrix made = Matrices.of(out);
        Matrix above = Matrices.of(dOut);
        Matrix to = Matrices.of(gradient);
        MemorySegment sums = logSum.data();
        run(
                segments,
                tiles::backwardBytes,
                (piece, memory) -> tiles.backward(piece, from, made, sums, above, to, memory));
    }

    @FunctionalInterface
    private interface Step {
        void run(Piece piece, MemorySegment memory);
    }

    private void run(Segments segments, IntToLongFunction bytes, Step step) {
        // Longest first, so that no thread is left alone with a long one.
        List<Piece> pieces = pieces(segments);
        pieces.sort(Comparator.comparingInt(Piece::length).reversed());
        if (pieces.isEmpty()) {
            return;
        }
        int threads = Math.min(Torch.threads(), pieces.size());
        // Not always the longest one's: more heads of a shorter one go together.
        long each = pieces.stream()
                .mapToLong(piece -> bytes.applyAsLong(piece.length()))
                .max()
                .orElse(0);
        try (Scope scope = Scope.open()) {
            MemorySegment all = Tensors.empty(DType.U8, threads * each).data();
            ConcurrentLinkedDeque<MemorySegment> free = new ConcurrentLinkedDeque<>();
            for (int i = 0; i < threads; i++) {
                free.push(all.asSlice(i * each, each));
            }
            Torch.workers().run(pieces.size(), i -> {
                MemorySegment memory = free.pop();
                try {
                    step.run(pieces.get(i), memory);
                } finally {
                    free.push(memory);
                }
            });
        }
    }

    private List<Piece> pieces(Segments segments) {
        List<Piece> pieces = new ArrayList<>();
        int start = 0;
        for (int length : segments.lengths()) {
            for (int head = 0; length > 0 && head < tiles.keyHeads(); head++) {
                pieces.add(new Piece(start, length, head));
            }
            start += length;
        }
        return pieces;
    }
}
