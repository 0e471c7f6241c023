package dev.lathe.tensor;

import dev.lathe.tensor.kernel.CausalRows;
import dev.lathe.tensor.kernel.Kernels;
import dev.lathe.tensor.kernel.Matrix;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.stream.LongStream;
import org.bytedeco.pytorch.global.torch;

/**
 * One key head of a segment, with the query heads that share it. Works on copies of its rows, filled up with zeros to
 * multiples of {@value #STEP} so that products come in few shapes: what was filled up lies behind the causal edge of every
 * real query, and its own gradient is zero. Stays on the calling thread.
 *
 * @param start first row of the segment
 * @param length rows of the segment, at least 1
 */
record HeadPiece(Attention shape, Kernels kernels, long start, int length, int keyHead) {
    private static final int QUERY_CHUNK = 256;
    private static final int STEP = 32;

    /** Some queries of the segment; they see the keys up to the last of them. */
    private record Chunk(long first, long rows) {
        long padded() {
            return HeadPiece.padded(rows);
        }

        Tensor seen(Tensor keys) {
            return keys.narrow(0, 0, first + padded());
        }

        CausalRows causal() {
            return new CausalRows(padded(), first);
        }
    }

    /** Writes the head's columns of out, [tokens, heads · headDim], and of logSum, [heads, tokens]. */
    void forward(Matrix qkv, Matrix out, MemorySegment logSum) {
        Tensor k = keys(qkv, shape.heads());
        Tensor v = keys(qkv, shape.heads() + shape.keyHeads());
        for (Chunk chunk : chunks()) {
            try (Scope scope = Scope.open()) {
                Tensor p = product(queries(qkv, chunk), transposed(chunk.seen(k))); // [group · padded, keys]
                Tensor lse = Tensors.empty(DType.F32, p.size(0));
                Matrix rows = Matrices.of(p);
                kernels.softmax().forward(rows, chunk.causal(), (float) shape.scale(), rows, lse.data());
                putQueries(product(p, chunk.seen(v)), chunk, out);
                copyLogSum(chunk, lse.data(), logSum, false);
            }
        }
    }

    /** Writes the head's columns of the gradient of qkv. */
    void backward(Matrix qkv, MemorySegment logSum, Matrix dOut, Matrix gradient) {
        Tensor k = keys(qkv, shape.heads());
        Tensor v = keys(qkv, shape.heads() + shape.keyHeads());
        List<Chunk> chunks = chunks();
        DType sums = chunks.size() > 1 ? DType.F32 : k.dtype();
        Tensor dk = Tensors.zeros(sums, k.shape());
        Tensor dv = Tensors.zeros(sums, v.shape());
        for (Chunk chunk : chunks) {
            try (Scope scope = Scope.open()) {
                Tensor q = queries(qkv, chunk);
                Tensor dRows = queries(dOut, chunk);
                Tensor p = product(q, transposed(chunk.seen(k)));
                Tensor ds = product(dRows, transposed(chunk.seen(v)));
                Tensor lse = Tensors.empty(DType.F32, p.size(0));
                copyLogSum(chunk, lse.data(), logSum, true);
                Matrix ps = Matrices.of(p);
                Matrix dss = Matrices.of(ds);
                kernels.softmax().backward(ps, chunk.causal(), (float) shape.scale(), lse.data(), dss, ps, dss);
                putQueries(product(ds, chunk.seen(k)), chunk, gradient);
                chunk.seen(dk).addInPlace(product(transposed(ds), q));
                chunk.seen(dv).addInPlace(product(transposed(p), dRows));
            }
        }
        putKeys(dk.to(k.dtype()), shape.heads(), gradient);
        putKeys(dv.to(v.dtype()), shape.heads() + shape.keyHeads(), gradient);
    }

    private List<Chunk> chunks() {
        return LongStream.range(0, Math.ceilDiv(length, QUERY_CHUNK))
                .map(chunk -> chunk * QUERY_CHUNK)
                .mapToObj(first -> new Chunk(first, Math.min(QUERY_CHUNK, length - first)))
                .toList();
    }

    private static long padded(long rows) {
        return Math.ceilDiv(rows, STEP) * STEP;
    }

    private static Tensor transposed(Tensor matrix) {
        return matrix.transpose(0, 1);
    }

    private static Tensor product(Tensor a, Tensor b) {
        return new Tensor(torch.mm(a.handle(), b.handle()));
    }

    private int group() {
        return shape.heads() / shape.keyHeads();
    }

    /** The columns of head {@code head} in a matrix of heads side by side. */
    private Matrix head(Matrix heads, int head) {
        return heads.slice((long) head * shape.headDim(), shape.headDim());
    }

    /** Keys or values of the segment, [padded, headDim]. */
    private Tensor keys(Matrix qkv, int firstHead) {
        Tensor rows = Tensors.empty(Matrices.dtype(qkv), padded(length), shape.headDim());
        Matrix to = Matrices.of(rows);
        head(qkv, firstHead + keyHead).copyRows(start, length, to, 0);
        to.clearRows(length, to.rows());
        return rows;
    }

    private void putKeys(Tensor rows, int firstHead, Matrix qkv) {
        Matrices.of(rows).copyRows(0, length, head(qkv, firstHead + keyHead), start);
    }

    /** The chunk's rows of all query heads, one below the other, [group · padded, headDim]. */
    private Tensor queries(Matrix heads, Chunk chunk) {
        Tensor rows = Tensors.empty(Matrices.dtype(heads), group() * chunk.padded(), shape.headDim());
        Matrix to = Matrices.of(rows);
        for (int g = 0; g < group(); g++) {
            long at = g * chunk.padded();
            head(heads, keyHead * group() + g).copyRows(start + chunk.first(), chunk.rows(), to, at);
            to.clearRows(at + chunk.rows(), at + chunk.padded());
        }
        return rows;
    }

    private void putQueries(Tensor rows, Chunk chunk, Matrix heads) {
        Matrix from = Matrices.of(rows);
        for (int g = 0; g < group(); g++) {
            from.copyRows(g * chunk.padded(), chunk.rows(), head(heads, keyHead * group() + g), start + chunk.first());
        }
    }

    /** Between the chunk's own, [group · padded], and everybody's, [heads, tokens]. */
    private void copyLogSum(Chunk chunk, MemorySegment own, MemorySegment all, boolean toOwn) {
        long tokens = all.byteSize() / Float.BYTES / shape.heads();
        for (int g = 0; g < group(); g++) {
            long there = ((keyHead * group() + g) * tokens + start + chunk.first()) * Float.BYTES;
            long here = g * chunk.padded() * Float.BYTES;
            long bytes = chunk.rows() * Float.BYTES;
            if (toOwn) {
                MemorySegment.copy(all, there, own, here, bytes);
                own.asSlice(here + bytes, (chunk.padded() - chunk.rows()) * Float.BYTES)
                        .fill((byte) 0);
            } else {
                MemorySegment.copy(own, here, all, there, bytes);
            }
        }
    }
}
