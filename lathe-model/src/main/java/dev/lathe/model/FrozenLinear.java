package dev.lathe.model;

import dev.lathe.tensor.DenseProduct;
import dev.lathe.tensor.Operand;
import dev.lathe.tensor.Tape;
import dev.lathe.tensor.Tensor;
import java.util.Optional;

/** y = x Wᵀ + b with a matrix that nobody trains; keeps nothing for the backward pass. */
public record FrozenLinear(Weight weight, Optional<Operand> bias) implements Linear {
    @Override
    public Tensor apply(Pass pass, Tensor x) {
        Tape tape = pass.tape();
        Tensor y = weight.times(x);
        if (tape.needs(x)) {
            tape.record(y, dy -> tape.add(x, weight.timesTransposed(dy)));
        }
        return bias.map(b -> DenseProduct.addBias(tape, y, b)).orElse(y);
    }

    public FrozenLinear withBias(Optional<Operand> other) {
        return new FrozenLinear(weight, other);
    }

    @Override
    public boolean isTrained() {
        return bias.map(Operand::isTrained).orElse(false);
    }
}
