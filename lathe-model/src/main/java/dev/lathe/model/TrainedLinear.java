package dev.lathe.model;

import dev.lathe.tensor.DenseProduct;
import dev.lathe.tensor.Operand;
import dev.lathe.tensor.Tensor;
import java.util.Optional;

/** y = x Wᵀ + b with a trained matrix; keeps x. */
public record TrainedLinear(Operand weight, Optional<Operand> bias) implements Linear {
    @Override
    public Tensor apply(Pass pass, Tensor x) {
        Tensor y = DenseProduct.apply(pass.tape(), x, weight);
        return bias.map(b -> DenseProduct.addBias(pass.tape(), y, b)).orElse(y);
    }

    @Override
    public boolean isTrained() {
        return true;
    }
}
