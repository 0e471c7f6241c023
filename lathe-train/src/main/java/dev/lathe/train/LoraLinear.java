package dev.lathe.train;

import dev.lathe.model.FrozenLinear;
import dev.lathe.model.Linear;
import dev.lathe.model.Pass;
import dev.lathe.tensor.Noise;
import dev.lathe.tensor.Parameter;
import dev.lathe.tensor.Tape;
import dev.lathe.tensor.Tensor;
import dev.lathe.tensor.Tensors;
import java.util.List;
import java.util.Optional;

/**
 * Frozen layers that share an input, with trained low-rank products beside them: y = x Wᵀ + b + scaling · (drop(x) Aᵀ) Bᵀ for
 * each adapted layer's columns of y. The As are one matrix, so x is read once. Keeps x and x Aᵀ; its backward multiplies the
 * small factors first, so it costs little more than the frozen layers'.
 *
 * @param name tells its dropout from others'
 * @param downs the As one below the other, [factors · rank, in]
 * @param factors the adapted layers
 * @param dropout above 0 only for a single factor: each layer drops for itself
 */
record LoraLinear(
        String name,
        FrozenLinear frozen,
        Parameter downs,
        List<Factor> factors,
        long rank,
        double scaling,
        double dropout)
        implements Linear {
    /**
     * @param offset first column of y that the layer gives
     * @param up its B, [out, rank]
     */
    record Factor(long offset, Parameter up) {
        Tensor columns(Tensor y) {
            return y.narrow(1, offset, up.compute().size(0));
        }
    }

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
        Tensor low = input.matmul(downs.compute().transpose(0, 1)); // [tokens, factors · rank]
        for (int i = 0; i < factors.size(); i++) {
            Factor factor = factors.get(i);
            factor.columns(y)
                    .addMatmulInPlace(part(low, i), factor.up().compute().transpose(0, 1), scaling);
        }
        if (tape.isRecording()) {
            tape.record(y, dy -> backward(tape, x, input, mask, low, dy));
        }
        return y;
    }

    private void backward(Tape tape, Tensor x, Tensor input, Optional<Tensor> mask, Tensor low, Tensor dy) {
        Tensor dLow = Tensors.empty(low.dtype(), low.shape());
        for (int i = 0; i < factors.size(); i++) {
            Factor factor = factors.get(i);
            Tensor columns = factor.columns(dy);
            part(dLow, i).copyFrom(columns.matmul(factor.up().compute()));
            factor.up().addGradientProduct(columns, part(low, i), scaling);
        }
        dLow.multiplyInPlace(scaling);
        downs.addGradientProduct(dLow, input, 1);
        if (tape.needs(x)) {
            Tensor dx = frozen.weight().timesTransposed(dy);
            if (mask.isPresent()) {
                dx.addProductInPlace(dLow.matmul(downs.compute()), mask.get(), 1);
            } else {
                dx.addMatmulInPlace(dLow, downs.compute(), 1);
            }
            tape.add(x, dx);
        }
    }

    private Tensor part(Tensor low, int factor) {
        return low.narrow(1, factor * rank, rank);
    }

    private Optional<Tensor> mask(Pass pass, Tensor x) {
        Optional<Noise> noise = dropout > 0 ? pass.noise() : Optional.empty();
        return noise.map(source -> source.dropout(name, dropout, (int) x.size(1), x.dtype()));
    }
}
