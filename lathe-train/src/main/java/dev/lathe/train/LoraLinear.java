package dev.lathe.train;

import dev.lathe.model.FrozenLinear;
import dev.lathe.model.Linear;
import dev.lathe.model.Pass;
import dev.lathe.tensor.Noise;
import dev.lathe.tensor.Parameter;
import dev.lathe.tensor.Tape;
import dev.lathe.tensor.Tensor;
import java.util.Optional;

/**
 * A frozen layer with a trained low-rank product beside it: y = x Wᵀ + b + scaling · (drop(x) Aᵀ) Bᵀ. Keeps x and x Aᵀ;
 * its backward multiplies the small factors first, so it costs little more than the frozen layer's.
 *
 * @param name of the layer
 * @param down A, [rank, in]
 * @param up B, [out, rank]
 */
record LoraLinear(String name, FrozenLinear frozen, Parameter down, Parameter up, double scaling, double dropout)
        implements Linear {
    @Override
    public boolean isTrained() {
        return true;
    }

    @Override
    public Tensor apply(Pass pass, Tensor x) {
        Tape tape = pass.tape();
        Tensor y = frozen.plain(x);
        Optional<Tensor> mask = mask(pass, x);
        Tensor input = mask.map(x::times).orElse(x);
        Tensor low = input.matmul(down.compute().transpose(0, 1)); // [tokens, rank]
        y.addMatmulInPlace(low, up.compute().transpose(0, 1), scaling);
        if (tape.isRecording()) {
            tape.record(y, dy -> {
                Tensor dLow = dy.matmul(up.compute()).multiplyInPlace(scaling); // [tokens, rank]
                up.addGradientProduct(dy, low, scaling);
                down.addGradientProduct(dLow, input, 1);
                if (tape.needs(x)) {
                    Tensor dx = frozen.weight().timesTransposed(dy);
                    if (mask.isPresent()) {
                        dx.addProductInPlace(dLow.matmul(down.compute()), mask.get(), 1);
                    } else {
                        dx.addMatmulInPlace(dLow, down.compute(), 1);
                    }
                    tape.add(x, dx);
                }
            });
        }
        return y;
    }

    private Optional<Tensor> mask(Pass pass, Tensor x) {
        Optional<Noise> noise = dropout > 0 ? pass.noise() : Optional.empty();
        return noise.map(source -> source.dropout(name, dropout, (int) x.size(1), x.dtype()));
    }
}
