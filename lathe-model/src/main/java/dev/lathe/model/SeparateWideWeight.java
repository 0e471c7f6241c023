package dev.lathe.model;

import dev.lathe.tensor.Tensor;
import dev.lathe.tensor.Tensors;
import java.util.List;

/** Two products, for a weight that is not stored as a matrix of its numbers. */
record SeparateWideWeight(Weight weight, Tensor room) implements WideWeight {
    @Override
    public Tensor times(Tensor wide) {
        Tensor low = wide.narrow(1, weight.in(), room.size(1));
        return weight.times(wide.narrow(1, 0, weight.in())).addMatmulInPlace(low, room.transpose(0, 1), 1);
    }

    @Override
    public Tensor timesTransposed(Tensor dy) {
        return Tensors.concat(List.of(weight.timesTransposed(dy), dy.matmul(room)), 1);
    }
}
