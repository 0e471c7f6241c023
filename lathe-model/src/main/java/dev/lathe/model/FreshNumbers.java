package dev.lathe.model;

import dev.lathe.tensor.DType;
import java.lang.foreign.MemorySegment;

/** What the matrices of a model that nobody has trained are filled with. */
interface FreshNumbers {
    DType dtype();

    /** Fills {@code count} numbers of the tensor {@code name}, of whose name they are a function. */
    void fill(String name, MemorySegment data, long count);
}
