package dev.lathe.train;

import dev.lathe.model.Linear;
import dev.lathe.model.Pass;
import dev.lathe.model.WideWeight;
import dev.lathe.tensor.LowRank;
import dev.lathe.tensor.Noise;
import dev.lathe.tensor.Operand;
import dev.lathe.tensor.Parameter;
import dev.lathe.tensor.Tape;
import dev.lathe.tensor.Tensor;
import java.util.List;
import java.util.Optional;

/**
 * Frozen layers that share an input, with trained low-rank products beside them: y = x Wᵀ + b + scaling · (drop(x) Aᵀ) Bᵀ for
 * each adapted layer's columns of y. The As are one matrix, so x is read once; the Bs stand behind W, so both products are
 * one. Keeps x and scaling · x Aᵀ, side by side.
 *
 * @param name tells its dropout from others'
 * @param bias [out]; never trained
 * @param downs the As one below the other, and zeros: [room, in]
 * @param factors the adapted layers
 * @param dropout above 0 only for a single factor: each layer drops for itself
 */
record LoraLinear(
        String name,
        WideWeight weight,
        Optional<Operand> bias,
        Parameter downs,
        List<Factor> factors,
        long rank,
        double scaling,
        double dropout)
        implements Linear {
    /**
     * @param offset first column of y that the layer gives
     * @param up its B, [out, rank], computed with where it stands in the wide weight
     */
    record Factor(long offset, Parameter up) {
        void addGradient(Tensor rows) {
            up.addGradient(rows.narrow(0, offset, up.master().size(0)));
        }
    }

    @Override
    public boolean isTrained() {
        return true;
    }

    @Override
    public long room() {
        return weight.room().size(1);
    }

    @Override
    public Tensor apply(Pass pass, Tensor x) {
        Tape tape = pass.tape();
        Optional<Tensor> mask = mask(pass, x);
        Tensor input = mask.map(x::times).orElse(x);
        Tensor wide = x.widened(room()); // [tokens, in + room]
        Tensor low = wide.narrow(1, x.size(1), room());
        low.setMatmul(input, downs.compute().transpose(0, 1), scaling);
        Tensor y = weight.times(wide);
        bias.ifPresent(b -> y.addInPlace(b.value()));
        if (tape.isRecording()) {
            tape.record(y, dy -> backward(tape, x, input, mask, wide, dy));
        }
        return y;
    }

    private void backward(Tape tape, Tensor x, Tensor input, Optional<Tensor> mask, Tensor wide, Tensor dy) {
        LowRank own = new LowRank(weight.room(), downs.compute(), factors.size() * rank, scaling);
        if (tape.needs(x) && mask.isEmpty()) {
            LowRank.Whole whole = weight.gradients(own, dy, wide);
            add(whole.own());
            tape.add(x, whole.dx());
            return;
        }
        Tensor dLow = own.dLow(dy);
        add(own.gradients(dy, dLow, input, wide.narrow(1, x.size(1), room())));
        if (tape.needs(x)) {
            Tensor drop = mask.orElseThrow();
            tape.add(x, weight.timesTransposed(dy).addProductInPlace(dLow.matmul(downs.compute()), drop, 1));
        }
    }

    private void add(LowRank.Gradients gradients) {
        for (int i = 0; i < factors.size(); i++) {
            factors.get(i)
                    .addGradient(gradients.dUps().narrow(0, i * rank, rank).transpose(0, 1));
        }
        downs.addGradient(gradients.dDowns());
    }

    private Optional<Tensor> mask(Pass pass, Tensor x) {
        Optional<Noise> noise = dropout > 0 ? pass.noise() : Optional.empty();
        return noise.map(source -> source.dropout(name, dropout, (int) x.size(1), x.dtype()));
    }
}
