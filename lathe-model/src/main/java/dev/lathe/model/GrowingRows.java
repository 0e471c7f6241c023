package dev.lathe.model;

import dev.lathe.tensor.Scope;
import dev.lathe.tensor.Tensor;
import dev.lathe.tensor.Tensors;
import java.util.Optional;

/** A matrix that grows at its end, by doubling. It owns its memory. */
final class GrowingRows implements AutoCloseable {
    private final int firstCapacity;
    private Optional<Tensor> memory = Optional.empty();

    GrowingRows(int firstCapacity) {
        this.firstCapacity = firstCapacity;
    }

    /**
     * Writes {@code rows} behind the first {@code from} rows, over what may stand there.
     *
     * @param rows [new, width]
     * @return all of them, [from + new, width], seen where they lie
     */
    Tensor put(int from, Tensor rows) {
        long end = from + rows.size(0);
        Tensor target = memory.filter(m -> m.size(0) >= end).orElseGet(() -> grown(from, end, rows));
        target.narrow(0, from, rows.size(0)).copyFrom(rows);
        return target.narrow(0, 0, end);
    }

    private Tensor grown(int kept, long needed, Tensor like) {
        long doubled = memory.map(m -> 2 * m.size(0)).orElse((long) firstCapacity);
        try (Scope scope = Scope.open()) {
            Tensor larger = Tensors.empty(like.dtype(), Math.max(needed, doubled), like.size(1));
            memory.ifPresent(m -> larger.narrow(0, 0, kept).copyFrom(m.narrow(0, 0, kept)));
            close();
            memory = Optional.of(Scope.release(larger));
            return larger;
        }
    }

    @Override
    public void close() {
        memory.ifPresent(Tensor::close);
        memory = Optional.empty();
    }
}
