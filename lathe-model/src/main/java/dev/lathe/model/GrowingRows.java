package dev.lathe.model;

import dev.lathe.tensor.DType;
import dev.lathe.tensor.Matrices;
import dev.lathe.tensor.RowAttention;
import dev.lathe.tensor.Scope;
import dev.lathe.tensor.Tensor;
import dev.lathe.tensor.Tensors;
import dev.lathe.tensor.kernel.Matrix;
import java.util.Optional;

/**
 * Keys or values of one layer, a row a token: within the room that was asked for nothing is ever copied, beyond it the room
 * doubles. Memory that nobody has written to yet is only set aside; the system gives it page by page. It owns its memory.
 *
 * <p>Values stand row by row. Keys stand in blocks of as many tokens as {@link RowAttention#block} says, [width, block] each:
 * so a vector register takes the same number of many keys.
 */
final class GrowingRows implements AutoCloseable {
    private final boolean keys;
    private int wanted;
    private Optional<Room> room = Optional.empty();

    /**
     * @param memory [blocks, width, block]
     * @param matrix as the kernel wants it, keys as [blocks · width, block] and values as [tokens, width]; empty where
     *     kernels do not know its type
     */
    private record Room(Tensor memory, Optional<Matrix> matrix) {
        static Room of(Tensor memory, boolean keys) {
            long width = memory.size(1);
            Tensor rows = keys
                    ? memory.reshape(memory.size(0) * width, memory.size(2))
                    : memory.reshape(memory.size(0), width);
            return new Room(memory, Matrices.reads(memory.dtype()) ? Optional.of(Matrices.of(rows)) : Optional.empty());
        }

        long block() {
            return memory.size(2);
        }

        long tokens() {
            return memory.size(0) * memory.size(2);
        }
    }

    /** @param wanted tokens there is room for from the start */
    GrowingRows(boolean keys, int wanted) {
        this.keys = keys;
        this.wanted = wanted;
    }

    /** Makes the next memory it takes large enough for {@code tokens}. */
    void reserve(int tokens) {
        wanted = Math.max(wanted, tokens);
    }

    /** Bytes set aside. */
    long bytes() {
        return room.map(r -> r.memory().count() * r.memory().dtype().bytes()).orElse(0L);
    }

    /**
     * Writes {@code rows} behind the first {@code from} rows, over what may stand there.
     *
     * @param rows [new, width]
     */
    void put(int from, Tensor rows) {
        Room target = room(from, from + rows.size(0), rows.dtype(), rows.size(1));
        if (target.block() == 1) {
            target.memory().narrow(0, from, rows.size(0)).reshape(rows.shape()).copyFrom(rows);
        } else {
            Matrix from0 = Matrices.of(rows);
            for (int row = 0; row < rows.size(0); row++) {
                target.matrix().orElseThrow().putColumn(from0, row, from + row);
            }
        }
    }

    /**
     * The same for a row of a matrix.
     *
     * @param rows BF16 or F32
     * @return the whole room, as {@link dev.lathe.tensor.kernel.RowAttentionKernel} wants it
     */
    Matrix put(int from, Matrix rows, int row) {
        Matrix target = room(from, from + 1L, Matrices.dtype(rows), rows.columns())
                .matrix()
                .orElseThrow();
        if (keys) {
            target.putColumn(rows, row, from);
        } else {
            rows.copyRows(row, 1, target, from);
        }
        return target;
    }

    /** The first rows, [tokens, width]: where they lie, or a copy where they stand in blocks. */
    Tensor first(int tokens) {
        Room all = room.orElseThrow();
        long blocks = Math.ceilDiv(tokens, all.block());
        long width = all.memory().size(1);
        return all.memory()
                .narrow(0, 0, blocks)
                .transpose(1, 2)
                .reshape(blocks * all.block(), width)
                .narrow(0, 0, tokens);
    }

    private Room room(int kept, long needed, DType dtype, long width) {
        return room.filter(r -> r.tokens() >= needed).orElseGet(() -> grown(kept, needed, dtype, width));
    }

    private Room grown(int kept, long needed, DType dtype, long width) {
        long block = keys ? RowAttention.block(dtype) : 1;
        long doubled = room.map(r -> 2 * r.tokens()).orElse(0L);
        long blocks = Math.ceilDiv(Math.max(Math.max(needed, wanted), doubled), block);
        try (Scope scope = Scope.open()) {
            Tensor larger = Tensors.empty(dtype, blocks, width, block);
            long used = Math.ceilDiv(kept, block);
            room.ifPresent(r -> larger.narrow(0, 0, used).copyFrom(r.memory().narrow(0, 0, used)));
            close();
            Room made = Room.of(Scope.release(larger), keys);
            room = Optional.of(made);
            return made;
        }
    }

    @Override
    public void close() {
        room.ifPresent(r -> r.memory().close());
        room = Optional.empty();
    }
}
