package dev.lathe.quant;

import dev.lathe.model.Weight;
import dev.lathe.tensor.DType;
import dev.lathe.tensor.Tensor;
import dev.lathe.tensor.kernel.Matrix;
import java.util.List;
import java.util.Optional;

/**
 * Packed matrices that read the same input, as one. Each product of many rows unpacks them into the model's shared buffer and
 * is then the dense one, so gradients are those of the dequantised matrix; products of up to {@value #FEW} rows are
 * made straight from the packed form.
 *
 * @param rounded the product where inputs are rounded too
 */
record QuantizedWeight(List<PackedMatrix> parts, long in, Unpacker unpacker, Optional<Int8Product> rounded)
        implements Weight {
    private static final int FEW = 4;

    QuantizedWeight(List<PackedMatrix> parts, long in, Unpacker unpacker) {
        this(parts, in, unpacker, Optional.empty());
    }

    @Override
    public Tensor times(Tensor x) {
        if (rounded.isPresent()) {
            return rounded.get().times(x);
        }
        if (isFew(x)) {
            return unpacker.few(parts, x);
        }
        try (Tensor matrix = unpacker.shared(parts, in, x.dtype());
                Tensor turned = matrix.transpose(0, 1)) {
            return x.matmul(turned);
        }
    }

    @Override
    public void times(Matrix x, Matrix y) {
        if (rounded.isPresent() || x.rows() > FEW) {
            Weight.super.times(x, y);
        } else {
            unpacker.few(parts, x, y);
        }
    }

    /** Whether multiplying these rows costs less than unpacking the matrix. */
    static boolean isFew(Tensor x) {
        return x.size(0) <= FEW;
    }

    /** Whether the product is something else than that with the unpacked matrix. */
    boolean isOwnProduct(Tensor x) {
        return rounded.isPresent() || isFew(x);
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
