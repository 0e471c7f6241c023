package dev.lathe.tensor;

import dev.lathe.tensor.kernel.CausalRows;
import dev.lathe.tensor.kernel.Kernels;
import dev.lathe.tensor.kernel.Matrix;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.bytedeco.pytorch.global.torch;

/**
 * Some key heads of a segment, with the query heads that share them. Works on copies of their rows, filled up with zeros to
 * multiples of {@value #STEP} so that products come in few shapes: what was filled up lies behind the causal edge of every
 * real query, and its own gradient is zero. Stays on the calling thread.
 *
 * @param start first row of the segment
 * @param length rows of the segment, at least 1
 * @param first of the key heads
 * @param count how many key heads
 */
record HeadPiece(Attention shape, Kernels kernels, long start, int length, int first, int count) {
    private static final int QUERY_CHUNK = 256;
    private static final int STEP = 32;
    /** Scores of a piece: one product for several heads takes a third of the time of one for each if they are small. */
    private static final long SCORES = 1 << 19;

    /** The pieces of a segment. */
    static Stream<HeadPiece> of(Attention shape, Kernels kernels, long start, int length) {
        long group = shape.heads() / shape.keyHeads();
        long scores = group * padded(Math.min(QUERY_CHUNK, length)) * padded(length);
        int together = (int) Math.clamp(SCORES / scores, 1, shape.keyHeads());
        return IntStream.iterate(0, head -> head < shape.keyHeads(), head -> head + together)
                .mapToObj(head -> new HeadPiece(
                        shape, kernels, start, length, head, Math.min(together, shape.keyHeads() - head)));
    }

    /** Some queries of the segment; they see the keys up to the last of them. */
    private record Chunk(long first, long rows) {
        long padded() {
            return HeadPiece.padded(rows);
        }

        Tensor seen(Tensor keys) {
            return keys.narrow(1, 0, first + padded());
        }

        CausalRows causal() {
            return new CausalRows(padded(), first);
        }
    }

    /** The gradient of keys or values, [count, padded, headDim]: in F32 if it is made of several products. */
    private record Sum(Tensor all, boolean single) {
        static Sum of(Tensor keys, int chunks) {
            return chunks == 1
                    ? new Sum(Tensors.empty(keys.dtype(), keys.shape()), true)
                    : new Sum(Tensors.zeros(DType.F32, keys.shape()), false);
        }

        void add(Chunk chunk, Tensor a, Tensor b) {
            if (single) {
                torch.bmm_out(all.handle(), a.handle(), b.handle());
            } else {
                chunk.seen(all).addInPlace(product(a, b));
            }
        }
    }

    /** Writes the heads' columns of out, [tokens, heads · headDim], and of logSum, [heads, tokens]. */
    void forward(Matrix qkv, Matrix out, MemorySegment logSum) {
        Tensor k = keys(qkv, shape.heads());
        Tensor v = keys(qkv, shape.heads() + shape.keyHeads());
        for (Chunk chunk : chunks()) {
            try (Scope scope = Scope.open()) {
                Tensor p = product(queries(qkv, chunk), transposed(chunk.seen(k))); // [count, group · padded, keys]
                Tensor lse = Tensors.empty(DType.F32, p.size(0) * p.size(1));
                Matrix rows = Matrices.of(p);
                kernels.softmax().forward(rows, chunk.causal(), (float) shape.scale(), rows, lse.data());
                putQueries(product(p, chunk.seen(v)), chunk, out);
                copyLogSum(chunk, lse.data(), logSum, false);
            }
        }
    }

    /** Writes the heads' columns of the gradient of qkv. */
    void backward(Matrix qkv, MemorySegment logSum, Matrix dOut, Matrix gradient) {
        Tensor k = keys(qkv, shape.heads());
        Tensor v = keys(qkv, shape.heads() + shape.keyHeads());
        List<Chunk> chunks = chunks();
        Sum dk = Sum.of(k, chunks.size());
        Sum dv = Sum.of(v, chunks.size());
        for (Chunk chunk : chunks) {
            try (Scope scope = Scope.open()) {
                Tensor q = queries(qkv, chunk);
                Tensor dRows = queries(dOut, chunk);
                Tensor p = product(q, transposed(chunk.seen(k)));
                Tensor ds = product(dRows, transposed(chunk.seen(v)));
                Tensor lse = Tensors.empty(DType.F32, p.size(0) * p.size(1));
                copyLogSum(chunk, lse.data(), logSum, true);
                Matrix ps = Matrices.of(p);
                Matrix dss = Matrices.of(ds);
                kernels.softmax().backward(ps, chunk.causal(), (float) shape.scale(), lse.data(), dss, ps, dss);
                putQueries(product(ds, chunk.seen(k)), chunk, gradient);
                dk.add(chunk, transposed(ds), q);
                dv.add(chunk, transposed(p), dRows);
            }
        }
        putKeys(dk.all().to(k.dtype()), shape.heads(), gradient);
        putKeys(dv.all().to(v.dtype()), shape.heads() + shape.keyHeads(), gradient);
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

    private static Tensor transposed(Tensor matrices) {
        return matrices.transpose(1, 2);
    }

    private static Tensor product(Tensor a, Tensor b) {
        Tensor product = Tensors.empty(a.dtype(), a.size(0), a.size(1), b.size(2));
        torch.bmm_out(product.handle(), a.handle(), b.handle());
        return product;
    }

    private int group() {
        return shape.heads() / shape.keyHeads();
    }

    private int queryHeads() {
        return count * group();
    }

    /** The columns of head {@code head} in a matrix of heads side by side. */
    private Matrix head(Matrix heads, int head) {
        return heads.slice((long) head * shape.headDim(), shape.headDim());
    }

    /** Keys or values of the segment, [count, padded, headDim]. */
    private Tensor keys(Matrix qkv, int before) {
        Tensor rows = Tensors.empty(Matrices.dtype(qkv), count, padded(length), shape.headDim());
        Matrix to = Matrices.of(rows);
        for (int i = 0; i < count; i++) {
            long at = i * padded(length);
            head(qkv, before + first + i).copyRows(start, length, to, at);
            to.clearRows(at + length, at + padded(length));
        }
        return rows;
    }

    private void putKeys(Tensor rows, int before, Matrix qkv) {
        Matrix from = Matrices.of(rows);
        for (int i = 0; i < count; i++) {
            from.copyRows(i * padded(length), length, head(qkv, before + first + i), start);
        }
    }

    /** The chunk's rows of all query heads, one below the other, [count, group · padded, headDim]. */
    private Tensor queries(Matrix heads, Chunk chunk) {
        Tensor rows = Tensors.empty(Matrices.dtype(heads), count, group() * chunk.padded(), shape.headDim());
        Matrix to = Matrices.of(rows);
        for (int i = 0; i < queryHeads(); i++) {
            long at = i * chunk.padded();
            head(heads, first * group() + i).copyRows(start + chunk.first(), chunk.rows(), to, at);
            to.clearRows(at + chunk.rows(), at + chunk.padded());
        }
        return rows;
    }

    private void putQueries(Tensor rows, Chunk chunk, Matrix heads) {
        Matrix from = Matrices.of(rows);
        for (int i = 0; i < queryHeads(); i++) {
            from.copyRows(i * chunk.padded(), chunk.rows(), head(heads, first * group() + i), start + chunk.first());
        }
    }

    /** Between the chunk's own, [count · group · padded], and everybody's, [heads, tokens]. */
    private void copyLogSum(Chunk chunk, MemorySegment own, MemorySegment all, boolean toOwn) {
        long tokens = all.byteSize() / Float.BYTES / shape.heads();
        for (int i = 0; i < queryHeads(); i++) {
            long there = ((first * group() + i) * tokens + start + chunk.first()) * Float.BYTES;
            long here = i * chunk.padded() * Float.BYTES;
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
