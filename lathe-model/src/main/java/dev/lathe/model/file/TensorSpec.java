package dev.lathe.model.file;

import dev.lathe.tensor.DType;

/**
 * What a tensor is, without its numbers.
 *
 * @param shape outermost dimension first, nothing negative; empty for a scalar. Not to be written to
 */
public record TensorSpec(String name, DType dtype, long... shape) {
    /** How many numbers; throws ArithmeticException when that does not fit 63 bits. */
    public long elements() {
        return elements(shape);
    }

    /** How many bytes, stored densely; throws ArithmeticException when that does not fit 63 bits. */
    public long bytes() {
        return Math.multiplyExact(elements(), dtype.bytes());
    }

    static long elements(long... shape) {
        long product = 1;
        for (long dimension : shape) {
            product = Math.multiplyExact(product, dimension);
        }
        return product;
    }
}
