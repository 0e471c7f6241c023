package dev.lathe.quant;

import dev.lathe.model.Weight;
import dev.lathe.tensor.DType;
import dev.lathe.tensor.Tensor;
import java.util.List;

/**
 * Packed matrices that read the same input, as one. Each product of many rows unpacks them into the model's shared buffer and
 * is then the dense one, so gradients are those of the dequantised matrix; products of up to {@value #FEW} rows are
 * made straight from the packed form.
 */
record QuantizedWeight(List<PackedMatrix> parts, long in, Unpacker unpacker) implements Weight {
    private static final int FEW = 4;

    @Override
    public Tensor times(Tensor x) {
        if (isFew(x)) {
            return unpacker.few(parts, in, x);
        }
        try (Tensor matrix = unpacker.shared(parts, in, x.dtype());
                Tensor turned = matrix.transpose(0, 1)) {
            return x.matmul(turned);
        }
    }

    /** Whether multiplying these rows costs less than unpacking the matrix. */
    boolean isFew(Tensor x) {
        return x.size(0) <= FEW;
    }

    @Override
    public Tensor timesTransposed(Tensor dy) {
        try (Tensor matrix = unpacker.shared(parts, in, dy.dtype())) {
            return dy.matmul(matrix);
        }
    }

    @Override
    public Tensor dequantize(DType dtype) {
        return unpacker.dense(parts, in, dtype);
    }

    @Override
    public long out() {
        return parts.stream().mapToLong(PackedMatrix::out).sum();
    }
}
