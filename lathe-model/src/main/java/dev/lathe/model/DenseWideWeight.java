package dev.lathe.model;

import dev.lathe.tensor.LowRank;
import dev.lathe.tensor.Tensor;

/**
 * Both in one matrix.
 *
 * @param matrix [out, in + room]
 */
record DenseWideWeight(Tensor matrix, Tensor room) implements WideWeight {
    /** @param in columns of the frozen matrix */
    static DenseWideWeight of(Tensor matrix, long in) {
        return new DenseWideWeight(matrix, matrix.narrow(1, in, matrix.size(1) - in));
    }

    @Override
    public Tensor times(Tensor wide) {
        return wide.matmul(matrix.transpose(0, 1));
    }

    @Override
    public Tensor timesTransposed(Tensor dy) {
        return dy.matmul(own());
    }

    @Override
    public LowRank.Whole gradients(LowRank own, Tensor dy, Tensor wide) {
        return own.gradients(own(), dy, wide);
    }

    /** Without the room. */
    private Tensor own() {
        return matrix.narrow(1, 0, matrix.size(1) - room.size(1));
    }
}
