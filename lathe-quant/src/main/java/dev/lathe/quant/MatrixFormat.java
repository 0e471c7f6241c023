package dev.lathe.quant;

/** What the tensors of a layer mean in one kind of checkpoint. */
interface MatrixFormat {
    /** Name for messages. */
    String name();

    /** Whether the layer is packed; otherwise its {@code weight} is dense. */
    boolean packs(LayerTensors layer);

    /** The layer's matrix. Throws {@link dev.lathe.base.UserError} when a tensor is missing or does not fit. */
    PackedMatrix read(LayerTensors layer);
}
