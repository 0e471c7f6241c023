package dev.lathe.tensor.kernel;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The memory of a product's parts, each piece of which may have columns packed that the next part needs too. May be used by
 * several threads.
 */
final class PackedColumns {
    private final Scratch scratch;
    private final List<Place> free = new ArrayList<>();

    PackedColumns(Scratch scratch) {
        this.scratch = scratch;
    }

    /**
     * @param column where the columns begin that it is for
     * @param isPacked whether they are there
     */
    record Place(MemorySegment memory, long column, boolean isPacked) {}

    synchronized Place take(long column) {
        Optional<Place> same = free.stream()
                .filter(place -> place.isPacked() && place.column() == column)
                .findFirst();
        same.ifPresent(free::remove);
        return same.orElseGet(() ->
                new Place(free.isEmpty() ? scratch.take() : free.removeLast().memory(), column, false));
    }

    /** @param packed whether the columns are there now */
    synchronized void give(Place place, boolean packed) {
        free.add(new Place(place.memory(), place.column(), packed));
    }

    /** No more of it will be used. */
    void close() {
        free.forEach(place -> scratch.give(place.memory()));
    }
}
