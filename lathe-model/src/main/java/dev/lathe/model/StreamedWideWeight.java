package dev.lathe.model;

import dev.lathe.tensor.LowRank;
import dev.lathe.tensor.Tensor;
import java.util.List;

/**
 * {@link StreamedWeight} with room behind it: the same products, to the bit, as if it were held.
 *
 * @param parts whose rows it has, one below the other
 */
record StreamedWideWeight(Weights weights, List<Modules.Part> parts, long in, Tensor room, BlockTurns.Turn turn)
        implements WideWeight {
    @Override
    public Tensor times(Tensor wide) {
        try (Tensor matrix = matrix();
                Tensor turned = matrix.transpose(0, 1)) {
            return wide.matmul(turned);
        }
    }

    @Override
    public Tensor timesTransposed(Tensor dy) {
        try (Tensor matrix = matrix();
                Tensor own = matrix.narrow(1, 0, in)) {
            return dy.matmul(own);
        }
    }

    @Override
    public LowRank.Whole gradients(LowRank own, Tensor dy, Tensor wide) {
        try (Tensor matrix = matrix();
                Tensor frozen = matrix.narrow(1, 0, in)) {
            return own.gradients(frozen, dy, wide);
        }
    }

    /** [out, in + room], the caller's to close. */
    private Tensor matrix() {
        turn.begin();
        Tensor matrix = weights.copyJoined(parts, in, room.size(1), weights.dtype());
        try (Tensor place = matrix.narrow(1, in, room.size(1))) {
            place.copyFrom(room);
        }
        return matrix;
    }
}
