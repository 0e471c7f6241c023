package dev.lathe.model;

import dev.lathe.tensor.Operand;
import java.util.Optional;

/** A model as it stands in its checkpoint: for inference, and underneath adapters. */
public record FrozenModules(Weights weights) implements Modules {
    @Override
    public Linear linear(String name, long out, long in, boolean bias) {
        return frozen(name, out, in, bias);
    }

    /** The layer with its type, for those who build something on top of it. */
    public FrozenLinear frozen(String name, long out, long in, boolean bias) {
        Optional<Operand> offset =
                bias ? Optional.of(Operand.fixed(weights.get(name + ".bias", out))) : Optional.empty();
        return new FrozenLinear(new DenseWeight(weights.get(name + ".weight", out, in)), offset);
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
