package dev.lathe.model;

import dev.lathe.tensor.Operand;
import java.util.Optional;

/**
 * A model as it stands in its checkpoint: for inference, and underneath adapters.
 *
 * @param streamed whether a linear layer's matrix is read anew for each product instead of being held: see
 *     {@link StreamedWeight}
 */
public record FrozenModules(Weights weights, boolean streamed) implements Modules {
    /** Holds every tensor. */
    public FrozenModules(Weights weights) {
        this(weights, false);
    }

    @Override
    public Linear linear(String name, long out, long in, boolean bias) {
        return frozen(name, out, in, bias);
    }

    /** The layer with its type, for those who build something on top of it. */
    public FrozenLinear frozen(String name, long out, long in, boolean bias) {
        Optional<Operand> offset =
                bias ? Optional.of(Operand.fixed(weights.get(name + ".bias", out))) : Optional.empty();
        String matrix = name + ".weight";
        Weight weight =
                streamed ? new StreamedWeight(weights, matrix, out, in) : new DenseWeight(weights.get(matrix, out, in));
        return new FrozenLinear(weight, offset);
    }

    @Override
    public Operand scale(String name, long size) {
        return Operand.fixed(weights.get(name + ".weight", size));
    }

    @Override
    public Operand table(String name, long rows, long columns) {
        return Operand.fixed(weights.get(name + ".weight", rows, columns));
    }
}
