package dev.lathe.model;

import dev.lathe.tensor.DType;
import dev.lathe.tensor.Matrices;
import dev.lathe.tensor.Scope;
import dev.lathe.tensor.Tensor;
import dev.lathe.tensor.Tensors;
import dev.lathe.tensor.kernel.Matrix;
import java.util.Optional;

/**
 * A matrix that grows at its end: within the room that was asked for nothing is ever copied, beyond it the room doubles.
 * Memory that nobody has written to yet is only set aside; the system gives it page by page. It owns its memory.
 */
final class GrowingRows implements AutoCloseable {
    private int wanted;
    private Optional<Room> room = Optional.empty();

    /** @param matrix the memory as kernels see it; empty where they do not know its type */
    private record Room(Tensor memory, Optional<Matrix> matrix) {
        static Room of(Tensor memory) {
            return new Room(
                    memory, Matrices.reads(memory.dtype()) ? Optional.of(Matrices.of(memory)) : Optional.empty());
        }
    }

    GrowingRows(int wanted) {
        this.wanted = wanted;
    }

    /** Makes the next memory it takes large enough for {@code rows}. */
    void reserve(int rows) {
        wanted = Math.max(wanted, rows);
    }

    /** Bytes set aside. */
    long bytes() {
        return room.map(r -> r.memory().count() * r.memory().dtype().bytes()).orElse(0L);
    }

    /**
     * Writes {@code rows} behind the first {@code from} rows, over what may stand there.
     *
     * @param rows [new, width]
     * @return all of them, [from + new, width], seen where they lie
     */
    Tensor put(int from, Tensor rows) {
        long end = from + rows.size(0);
        Tensor target = memory(from, end, rows.dtype(), rows.size(1));
        target.narrow(0, from, rows.size(0)).copyFrom(rows);
        return target.narrow(0, 0, end);
    }

    /**
     * The same for a row of a matrix.
     *
     * @param rows BF16 or F32
     * @return the whole room, of which the first {@code from + 1} rows are in use
     */
    Matrix put(int from, Matrix rows, int row) {
        memory(from, from + 1L, Matrices.dtype(rows), rows.columns());
        Matrix target = room.flatMap(Room::matrix).orElseThrow();
        rows.copyRows(row, 1, target, from);
        return target;
    }

    private Tensor memory(int kept, long needed, DType dtype, long width) {
        return room.map(Room::memory)
                .filter(m -> m.size(0) >= needed)
                .orElseGet(() -> grown(kept, needed, dtype, width));
    }

    private Tensor grown(int kept, long needed, DType dtype, long width) {
        long doubled = room.map(r -> 2 * r.memory().size(0)).orElse(0L);
        try (Scope scope = Scope.open()) {
            Tensor larger = Tensors.empty(dtype, Math.max(Math.max(needed, wanted), doubled), width);
            room.ifPresent(r -> larger.narrow(0, 0, kept).copyFrom(r.memory().narrow(0, 0, kept)));
            close();
            room = Optional.of(Room.of(Scope.release(larger)));
            return larger;
        }
    }

    @Override
    public void close() {
        room.ifPresent(r -> r.memory().close());
        room = Optional.empty();
    }
}
