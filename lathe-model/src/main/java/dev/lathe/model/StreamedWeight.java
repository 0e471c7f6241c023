package dev.lathe.model;

import dev.lathe.tensor.DType;
import dev.lathe.tensor.Tensor;

/**
 * A matrix that is fetched from its file for each product and let go after it: a model of any size then runs in the
 * memory of its largest tensor. Each product pays for the reading (and conversion), so it is for a single pass over many
 * tokens.
 */
record StreamedWeight(Weights weights, String name, long out, long in) implements Weight {
    @Override
    public Tensor times(Tensor x) {
        try (Tensor matrix = weights.get(name, out, in);
                Tensor turned = matrix.transpose(0, 1)) {
            return x.matmul(turned);
        }
    }

    @Override
    public Tensor timesTransposed(Tensor dy) {
        try (Tensor matrix = weights.get(name, out, in)) {
            return dy.matmul(matrix);
        }
    }

    @Override
    public Tensor dequantize(DType dtype) {
        return weights.copy(name, dtype, out, in);
    }
}
