package dev.lathe.quant;

import java.util.Optional;
import java.util.OptionalDouble;

/** What the tensors of a layer mean in one kind of checkpoint. */
interface MatrixFormat {
    /** Name for messages. */
    String name();

    /** Whether the layer is packed; otherwise its {@code weight} is dense. */
    boolean packs(LayerTensors layer);

    /** The layer's matrix. Throws {@link dev.lathe.base.UserError} when a tensor is missing or does not fit. */
    PackedMatrix read(LayerTensors layer);

    /**
     * Matrices of a layer's experts in one tensor, turned: {@code experts} times [out, in], one below the other, for what is
     * dense as [experts, in, out]. Empty for formats that have no such stacks, or where this tensor is none.
     */
    default Optional<PackedMatrix> stack(LayerTensors layer, long experts) {
        return Optional.empty();
    }

    /**
     * From which magnitude on an input stays out of {@link Int8Product}'s bytes, 0 for never; empty for storages whose
     * library leaves inputs as they are.
     */
    default OptionalDouble outliers() {
        return OptionalDouble.empty();
    }
}
