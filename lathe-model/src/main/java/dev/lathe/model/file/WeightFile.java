package dev.lathe.model.file;

import dev.lathe.base.UserError;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Named tensors in one or several files. The files stay mapped until {@link #close}; after that no tensor that came from
 * here may be touched. Safe to read from several threads.
 */
public interface WeightFile extends AutoCloseable {
    /** All tensors, in the order of the file. */
    Set<String> names();

    /** What the tensor is. Throws {@link UserError} with the nearest names when there is none of that name. */
    TensorSpec spec(String name);

    /**
     * The tensor. What is stored as numbers stays where it is mapped; what must be computed first (dequantised,
     * permuted) is put into memory that {@code computed} hands out, so {@code SegmentAllocator.prefixAllocator} of a
     * destination fills that destination. Throws {@link UserError} with the nearest names when there is none of that
     * name, or when this version cannot read how it is stored.
     */
    StoredTensor get(String name, SegmentAllocator computed);

    /** The tensor; memory for what must be computed is freed once nothing refers to the result. */
    default StoredTensor get(String name) {
        return get(name, Arena.ofAuto());
    }

    /** What the file says about itself, as text. */
    Map<String, String> metadata();

    /** What of the mapped files the tensor is read from, for {@code Pages}; nothing where that cannot be told. */
    default List<MemorySegment> stored(String name) {
        return List.of();
    }

    /** Lets go of what was read into memory and can be read again: for when everything needed was copied. */
    default void forget() {}

    @Override
    void close();
}
