package dev.lathe.model.file;

import java.lang.foreign.MemorySegment;
import java.util.function.Supplier;

/**
 * A tensor to be written, whose numbers are asked for once, when it is its turn: so that one at a time is resident.
 *
 * @param data row-major, little endian, as many bytes as the spec says; may be reused for the next tensor
 */
public record TensorSource(TensorSpec spec, Supplier<MemorySegment> data) {
    public static TensorSource of(StoredTensor tensor) {
        return new TensorSource(tensor.spec(), tensor::data);
    }
}
