package dev.lathe.model;

import dev.lathe.tensor.kernel.Element;
import dev.lathe.tensor.kernel.Kernels;
import dev.lathe.tensor.kernel.Matrix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * The memory that {@link RowDecoder} works in, made once and used again by every layer and for every token.
 *
 * @param most rows there is room for
 * @param inner width of an MLP between its products
 * @param qkv queries, keys and values of a layer, side by side
 * @param attended what attention gives
 * @param wide gate and up, side by side
 * @param bent what becomes of them
 */
record RowMemory(
        Kernels kernels,
        Element element,
        int most,
        long inner,
        MemorySegment qkv,
        MemorySegment attended,
        MemorySegment wide,
        MemorySegment bent,
        MemorySegment scales) {
    private static final int LINE = 64;

    static RowMemory of(DecoderSpec spec, Kernels kernels, Element element, int most) {
        AttentionSpec attention = spec.attention();
        long queries = (long) attention.heads() * attention.headDim();
        long keys = (long) attention.keyHeads() * attention.headDim();
        long inner = spec.mlp().intermediate();
        long row = (long) element.bytes() * most;
        return new RowMemory(
                kernels,
                element,
                most,
                inner,
                memory(row * (queries + 2 * keys)),
                memory(row * queries),
                memory(row * 2 * inner),
                memory(row * inner),
                memory((long) Float.BYTES * most * Math.max(attention.heads(), 1)));
    }

    private static MemorySegment memory(long bytes) {
        return Arena.ofAuto().allocate(Math.max(1, bytes), LINE);
    }

    /** Memory for {@code most} rows of {@code columns}. */
    MemorySegment rows(long columns) {
        return memory(columns * most * element.bytes());
    }

    /** The same in float32. */
    MemorySegment floats(long columns) {
        return memory(columns * most * Float.BYTES);
    }

    /** The first rows of such memory. */
    Matrix matrix(MemorySegment memory, int rows, long columns) {
        return Matrix.of(memory, element, rows, columns);
    }
}
