package dev.lathe.model;

import dev.lathe.tensor.Head;
import dev.lathe.tensor.Operand;
import dev.lathe.tensor.Tensor;
import java.util.List;

/**
 * Makes the parts a decoder is built from, by their names in the checkpoint. The model does not know whether they are
 * frozen, trained or adapted: a tuning method hands in its own {@code Modules}.
 */
public interface Modules {
    /**
     * One linear layer of the checkpoint.
     *
     * @param name of the module, such as {@code model.layers.0.self_attn.q_proj}; its matrix is {@code name.weight}
     * @param bias whether it also has {@code name.bias}
     */
    record Part(String name, long out, boolean bias) {
        /** {@link Modules#lastName} of it. */
        public String lastName() {
            return Modules.lastName(name);
        }
    }

    /** The last part of a module's name, by which users choose layers: {@code q_proj}. */
    static String lastName(String module) {
        return module.substring(module.lastIndexOf('.') + 1);
    }

    /** Layers that read the same input, as one product: their results side by side in the order given. */
    Linear joined(List<Part> parts, long in);

    default Linear linear(Part part, long in) {
        return joined(List.of(part), in);
    }

    /**
     * One expert's layers, which adapters leave alone: as in the reference, whose experts are no linear layers of their
     * own.
     */
    Linear expert(List<Part> parts, long in);

    /** Any tensor by its whole name. */
    Operand tensor(String name, long... shape);

    /** A tensor that is never trained. */
    Tensor constant(String name, long... shape);

    /** A norm's scale: {@code name.weight}, [size]. */
    Operand scale(String name, long size);

    /** An embedding or output head: {@code name.weight}, [rows, columns]. */
    Operand table(String name, long rows, long columns);

    /**
     * The output head where it counts among the linear layers.
     *
     * @param module its name
     */
    default Head head(String module, Head plain, long vocabulary, long hidden) {
        return plain;
    }

    /**
     * The output head of a model whose checkpoint has none, because it is the embedding's table.
     *
     * @param head the head's module, {@code table} the embedding's
     */
    default Operand tiedHead(String head, String table, Operand embedding, long rows, long columns) {
        return embedding;
    }
}
