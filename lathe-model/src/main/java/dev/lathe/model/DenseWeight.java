package dev.lathe.model;

import dev.lathe.tensor.DType;
import dev.lathe.tensor.Tensor;

/** A matrix stored as its numbers, in the type of the arithmetic; often a view of the mapped file. */
record DenseWeight(Tensor matrix) implements Weight {
    @Override
    public Tensor times(Tensor x) {
        return x.matmul(matrix.transpose(0, 1));
    }

    @Override
    public Tensor timesTransposed(Tensor dy) {
        return dy.matmul(matrix);
    }

    @Override
    public Tensor dequantize(DType dtype) {
        return matrix.to(dtype);
    }

    @Override
    public long out() {
        return matrix.size(0);
    }

    @Override
    public long in() {
        return matrix.size(1);
    }
}
