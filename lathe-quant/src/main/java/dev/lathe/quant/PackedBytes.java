package dev.lathe.quant;

import dev.lathe.tensor.DType;
import dev.lathe.tensor.Scope;
import dev.lathe.tensor.Tensor;
import dev.lathe.tensor.Tensors;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** Memory outside Java's heap for packed matrices, and how numbers stand in it: little endian, at any address. */
final class PackedBytes {
    static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private PackedBytes() {}

    /**
     * Zeros, freed once nothing refers to them. They are libtorch's, because Java bounds memory of its own outside the heap
     * by the size of the heap.
     */
    static MemorySegment allocate(long bytes) {
        Tensor tensor = Scope.release(Tensors.zeros(DType.U8, Math.max(1, bytes)));
        return MemorySegment.ofAddress(tensor.data().address())
                .reinterpret(bytes, Arena.ofAuto(), freed -> tensor.close());
    }

    static MemorySegment copyOf(MemorySegment source) {
        return allocate(source.byteSize()).copyFrom(source);
    }
}
