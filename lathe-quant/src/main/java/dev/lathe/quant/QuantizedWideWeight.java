package dev.lathe.quant;

import dev.lathe.model.WideWeight;
import dev.lathe.tensor.LowRank;
import dev.lathe.tensor.Tensor;

/**
 * Packed matrices with a few dense columns behind them: both come into the model's shared buffer side by side, so an adapter's
 * product stays part of the frozen one.
 *
 * @param room [out, room]
 */
record QuantizedWideWeight(QuantizedWeight weight, Tensor room) implements WideWeight {
    @Override
    public Tensor times(Tensor wide) {
        if (weight.isOwnProduct(wide)) {
            Tensor low = wide.narrow(1, weight.in(), room.size(1));
            return weight.times(wide.narrow(1, 0, weight.in())).addMatmulInPlace(low, room.transpose(0, 1), 1);
        }
        try (Tensor matrix = matrix();
                Tensor turned = matrix.transpose(0, 1)) {
            return wide.matmul(turned);
        }
    }

    @Override
    public Tensor timesTransposed(Tensor dy) {
        return weight.timesTransposed(dy);
    }

    @Override
    public LowRank.Whole gradients(LowRank own, Tensor dy, Tensor wide) {
        try (Tensor matrix = matrix();
                Tensor frozen = matrix.narrow(1, 0, weight.in())) {
            return own.gradients(frozen, dy, wide);
        }
    }

    private Tensor matrix() {
        return weight.unpacker().shared(weight.parts(), weight.in(), room);
    }
}
