package dev.lathe.quant;

import dev.lathe.base.UserError;
import dev.lathe.model.file.StoredTensor;
import dev.lathe.model.file.TensorSpec;
import dev.lathe.model.file.WeightFile;
import dev.lathe.tensor.DType;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The tensors of one linear layer, checked as they are asked for.
 *
 * @param origin name of the model, for errors
 * @param name of the module, such as {@code model.layers.0.self_attn.q_proj}
 * @param out rows of the matrix as config.json has it
 * @param in columns
 */
record LayerTensors(WeightFile file, String origin, String name, long out, long in) {
    /** Whether there is a tensor {@code name.part}; or {@code name_part}, when {@code part} begins with the underscore. */
    boolean has(String part) {
        return file.names().contains(full(part));
    }

    private String full(String part) {
        return part.startsWith("_") ? name + part : name + "." + part;
    }

    TensorSpec spec(String part) {
        return tensor(part).spec();
    }

    /** Of that type and shape. */
    MemorySegment bytes(String part, DType dtype, long... shape) {
        StoredTensor tensor = tensor(part);
        if (tensor.dtype() != dtype || !Arrays.equals(tensor.shape(), shape)) {
            throw wrong(part, tensor, dtype + Arrays.toString(shape));
        }
        return tensor.data();
    }

    /** Of that shape, in whatever floating type they are. */
    Numbers numbers(String part, long... shape) {
        StoredTensor tensor = tensor(part);
        if (!Numbers.holds(tensor.dtype()) || !Arrays.equals(tensor.shape(), shape)) {
            throw wrong(part, tensor, "floating-point" + Arrays.toString(shape));
        }
        return new Numbers(tensor.data(), tensor.dtype());
    }

    /** A number of type I32 that stands for itself. */
    int whole(String part) {
        return bytes(part, DType.I32).get(PackedBytes.INT, 0);
    }

    StoredTensor tensor(String part) {
        if (!has(part)) {
            throw bad(
                    "its %s is missing, without which its quantised numbers mean nothing; it has %s. Fetch the model again."
                            .formatted(part, parts()));
        }
        return file.get(full(part));
    }

    private List<String> parts() {
        return file.names().stream()
                .filter(full -> full.startsWith(name + "."))
                .map(full -> full.substring(name.length() + 1))
                .toList();
    }

    /** An error about this layer. */
    UserError bad(String what) {
        return new UserError("%s: layer %s: %s".formatted(origin, name, what));
    }

    private UserError wrong(String part, StoredTensor tensor, String expected) {
        return bad("%s is %s%s where a matrix of %d x %d needs %s: the weights and config.json do not belong together"
                .formatted(part, tensor.dtype(), Arrays.toString(tensor.shape()), out, in, expected));
    }

    /** The layer's own matrix, not packed. */
    DenseMatrix dense(MatrixFormat format) {
        if (!has("weight")) {
            throw bad("there is neither a weight nor what %s packs; it has %s"
                    .formatted(format.name(), parts().stream().collect(Collectors.joining(", ", "[", "]"))));
        }
        return new DenseMatrix(numbers("weight", out, in), out, in);
    }
}
