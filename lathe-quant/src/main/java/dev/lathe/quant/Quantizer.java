package dev.lathe.quant;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lathe.model.file.StoredTensor;
import dev.lathe.tensor.DType;
import java.util.List;
import java.util.OptionalDouble;

/** Packs matrices while a model loads, and writes them as the library it comes from does. */
interface Quantizer {
    /** Name for messages. */
    String name();

    /** Packs a matrix [out, in], sharing the work out to the workers. Throws UserError when the shape does not allow it. */
    PackedMatrix quantize(Dense matrix);

    /** Bytes of a matrix [out, in] once it is packed: {@link PackedMatrix#bytes}. */
    long bytes(long out, long in);

    /** Tensors of a checkpoint that {@link CheckpointFormats} reads, under {@code module}. */
    List<StoredTensor> write(String module, PackedMatrix matrix, DType dtype);

    /** {@link MatrixFormat#outliers}. */
    default OptionalDouble outliers() {
        return OptionalDouble.empty();
    }

    /** The {@code quantization_config} of such a checkpoint. */
    ObjectNode config();

    /** A dense matrix that is about to be packed. */
    record Dense(String layer, Numbers numbers, long out, long in) {
        long count() {
            return Math.multiplyExact(out, in);
        }
    }
}
