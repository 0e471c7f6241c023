package dev.lathe.model;

import dev.lathe.tensor.Operand;

/**
 * Makes the parts a decoder is built from, by their names in the checkpoint. The model does not know whether they are
 * frozen, trained or adapted: a tuning method hands in its own {@code Modules}.
 */
public interface Modules {
    /**
     * @param name of the module, such as {@code model.layers.0.self_attn.q_proj}; its matrix is {@code name.weight}
     * @param bias whether it also has {@code name.bias}
     */
    Linear linear(String name, long out, long in, boolean bias);

    /** A norm's scale: {@code name.weight}, [size]. */
    Operand scale(String name, long size);

    /** An embedding or output head: {@code name.weight}, [rows, columns]. */
    Operand table(String name, long rows, long columns);

    /** The output head of a model whose checkpoint has none, because it is the embedding's table. */
    default Operand tiedHead(Operand embedding, long rows, long columns) {
        return embedding;
    }
}
